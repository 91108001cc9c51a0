import type { Credential } from '../config/config.ts';
import type { Granted } from '../token-source/token-answer.ts';
import type { Cause } from './causes.ts';
import { type Examination, report } from './examination.ts';
import type { TokenVerdict } from './token-verdict.ts';

/** A token request of a client with a private key. */
export interface AssertionRequest {
  readonly tokenEndpoint: string;
  readonly credential: Credential;
  readonly scopes: readonly string[];
  /** Key of the credential in the configuration. */
  readonly key: string;
}

/** Whether an answer may concern the authentication of the client. Servers that accept keys do not say more. */
export const isProofRefused = (cause: Cause): boolean =>
  cause === 'secret_wrong_or_rotated' || cause === 'answer_does_not_tell';

/** A grant of a request without scopes. Its scopes say nothing about those that were refused. */
export const withoutScopes = (granted: Granted): Granted => ({ ...granted, scopes: undefined });

/** If scopes are refused, reports that and requests a token without them, so that the API can still be tested. */
export async function tryPlain(
  examination: Examination,
  tokenEndpoint: string,
  attempt: () => Promise<TokenVerdict>
): Promise<Granted | undefined> {
  report(examination, 'scope_refused', tokenEndpoint);
  const plain = await attempt();
  return plain.kind === 'granted' ? withoutScopes(plain.granted) : undefined;
}
