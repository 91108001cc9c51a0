import type { Credential } from '../config/config.ts';
import type { Granted } from '../source/token-answer.ts';
import type { Cause } from './causes.ts';
import { type Examination, report } from './examination.ts';
import type { TokenVerdict } from './token-verdict.ts';

/** What is asked for by a client that proves itself with a private key. */
export interface ProvenAsk {
  readonly tokenEndpoint: string;
  readonly credential: Credential;
  readonly scopes: readonly string[];
  /** Where the credential is written in the configuration. */
  readonly key: string;
}

/** Whether an answer may be about what the client proves itself with: servers that know keys do not say more. */
export const isProofRefused = (cause: Cause): boolean =>
  cause === 'secret_wrong_or_rotated' || cause === 'answer_does_not_tell';

/** A grant that was asked for without scopes: which ones it names says nothing about those that were refused. */
export const withoutScopes = (granted: Granted): Granted => ({ ...granted, scopes: undefined });

/** Where scopes are refused: says so, and asks without them, so that the API can still be shown a token. */
export async function tryPlain(
  examination: Examination,
  tokenEndpoint: string,
  attempt: () => Promise<TokenVerdict>
): Promise<Granted | undefined> {
  report(examination, 'scope_refused', tokenEndpoint);
  const plain = await attempt();
  return plain.kind === 'granted' ? withoutScopes(plain.granted) : undefined;
}
