import { clockSkew, judgeClock } from './clock-skew.ts';
import { type Examination, inShort, report } from './examination.ts';
import { networkCause } from './token-verdict.ts';

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** What the login host says about itself. */
export interface HostFacts {
  readonly reached: boolean;
  /** Ways to send credentials that its metadata names; empty where it has none. */
  readonly authMethods: readonly string[];
}

/** Asks the login host for its metadata (RFC 8414), without credentials: is it there, and what time is it? */
export async function probeHost(examination: Examination, tokenEndpoint: string): Promise<HostFacts> {
  const { exchange, redactor, steps, findings } = examination;
  const url = `${new URL(tokenEndpoint).origin}/.well-known/oauth-authorization-server`;
  const answer = await exchange.ask({ method: 'GET', url, headers: { accept: 'application/json' } });
  const tried = `GET ${url}, without credentials`;
  const short = inShort(answer, redactor);
  if (answer.kind === 'none') {
    steps.push({ name: 'login host', outcome: 'problem', tried, answer: short });
    report(examination, networkCause(answer), url);
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
  return { reached: true, authMethods: strings(answer.body?.['token_endpoint_auth_methods_supported']) };
}
