import type { RelayClock } from '../runtime/clock.ts';
import { type AdviceContext, advise } from './advice.ts';
import { type Cause, type Finding, type Step, finding } from './causes.ts';
import { descriptionOf } from './token-verdict.ts';
import type { Answer, HttpClient, HttpRequest, NoAnswer } from './http-client.ts';
import type { Redactor } from './redact.ts';

/** Inputs and results that all probes share. */
export interface Examination {
  readonly http: HttpClient;
  readonly redactor: Redactor;
  readonly clock: Pick<RelayClock, 'now'>;
  readonly region: string | null;
  readonly steps: Step[];
  readonly findings: Finding[];
  /** Requests to the token endpoint so far. */
  tokenRequests: number;
}

/** Sends a token request, and counts it. */
export function askToken(examination: Examination, request: HttpRequest): Promise<Answer | NoAnswer> {
  examination.tokenRequests++;
  return examination.http.send(request);
}

/** Adds a finding with the usual message for its cause. */
export function report(
  examination: Examination,
  cause: Cause,
  url: string,
  more: Partial<AdviceContext> = {},
  severity: Finding['severity'] = 'error'
): void {
  const { message, fix } = advise(cause, { host: new URL(url).host, region: examination.region, ...more });
  examination.findings.push(finding(cause, message, fix, severity));
}

/** A summary of an answer in one line, which holds no secret. */
export function inShort(answer: Answer | NoAnswer, { show }: Redactor): string {
  if (answer.kind === 'none')
    return answer.timedOut ? 'no answer in time' : `no answer (${answer.proxy ?? answer.code ?? 'cut off'})`;
  const { status, body, text } = answer;
  const type = answer.header('content-type')?.split(';')[0] ?? 'no content type';
  const parts = [`HTTP ${status}`];
  if (body === undefined) parts.push(text === '' ? 'empty' : `no JSON (${show(type)})`);
  else if (body['access_token'] !== undefined) parts.push('a token (not shown)');
  const code = body?.['error'] ?? body?.['code'];
  if (typeof code === 'string') parts.push(show(code));
  const said = descriptionOf(answer) || body?.['message'];
  if (typeof said === 'string') parts.push(`'${show(said)}'`);
  const correlation = answer.header('inin-correlation-id');
  if (correlation !== undefined && status >= 400) parts.push(`correlation id ${show(correlation)}`);
  return parts.join(', ');
}
