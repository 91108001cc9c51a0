import type { Dispatcher } from 'undici';
import { clockSkew, judgeClock } from './clock-skew.ts';
import { type Examination, inShort, report } from './examination.ts';
import { isAboutUs, networkCause } from './token-verdict.ts';

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** Metadata of the login host. */
export interface HostFacts {
  readonly reached: boolean;
  /** Authentication methods in its metadata; empty if there are none. */
  readonly authMethods: readonly string[];
  /** The issuer in its metadata. */
  readonly issuer?: string;
  /** Milliseconds by which the clock of this machine is ahead of the server's, if known. */
  readonly skewMs?: number | undefined;
}

/**
 * Requests the metadata of the login host (RFC 8414) without credentials, to check that it answers and what its clock shows.
 *
 * @param via connections with the certificate of a client, because a server may require one for every request
 */
export async function probeHost(examination: Examination, tokenEndpoint: string, via?: Dispatcher): Promise<HostFacts> {
  const { http, redactor, steps, findings } = examination;
  const url = `${new URL(tokenEndpoint).origin}/.well-known/oauth-authorization-server`;
  const answer = await http.send({
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
