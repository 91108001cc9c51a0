import type { Dispatcher } from 'undici';
import { clockSkew, judgeClock } from './clock-skew.ts';
import { type Examination, inShort, report } from './examination.ts';
import { isAboutUs, networkCause } from './token-verdict.ts';

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** What the login host says about itself. */
export interface HostFacts {
  readonly reached: boolean;
  /** Ways to send credentials that its metadata names; empty where it has none. */
  readonly authMethods: readonly string[];
  /** The issuer that its metadata names. */
  readonly issuer?: string;
  /** Milliseconds that the clock of this machine is ahead of the server's, where that can be told. */
  readonly skewMs?: number | undefined;
}

/**
 * Asks the login host for its metadata (RFC 8414), without credentials: is it there, and what time is it?
 *
 * @param via connections with the certificate of a client, as a server may want one of everybody
 */
export async function probeHost(examination: Examination, tokenEndpoint: string, via?: Dispatcher): Promise<HostFacts> {
  const { exchange, redactor, steps, findings } = examination;
  const url = `${new URL(tokenEndpoint).origin}/.well-known/oauth-authorization-server`;
  const answer = await exchange.ask({
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    ...(via !== undefined && { via })
  });
  const tried = `GET ${url}, ${via === undefined ? 'without credentials' : 'with the certificate'}`;
  const short = inShort(answer, redactor);
  if (answer.kind === 'none') {
    steps.push({ name: 'login host', outcome: 'problem', tried, answer: short });
    report(examination, via !== undefined && isAboutUs(answer) ? 'certificate_refused' : networkCause(answer), url);
    return { reached: false, authMethods: [] };
  }
  steps.push({ name: 'login host', outcome: 'ok', tried, answer: short });
  const skew = clockSkew(answer);
  const wrong = skew === undefined ? undefined : judgeClock(skew);
  if (wrong !== undefined) findings.push(wrong);
  steps.push({
    name: 'clock',
    outcome: skew === undefined ? 'unclear' : wrong === undefined ? 'ok' : 'problem',
    tried: 'compared the Date of that answer with the clock of this machine',
    answer: skew === undefined ? 'it has no usable Date' : `${Math.round(skew / 1000)} s apart`
  });
  const issuer = answer.body?.['issuer'];
  return {
    reached: true,
    authMethods: strings(answer.body?.['token_endpoint_auth_methods_supported']),
    ...(typeof issuer === 'string' && { issuer }),
    skewMs: skew
  };
}
