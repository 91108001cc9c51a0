import { isCovered } from 'genesys-scopes';
import type { Granted } from '../token-source/token-answer.ts';
import { type Examination, report } from './examination.ts';

/**
 * Compares the scopes that a token answer names with those that the relay needs. An answer without scopes means that all are
 * granted (RFC 6749 section 5.1).
 *
 * @param needed scopes of the client in the configuration; empty if none are known
 * @param isAsked whether the request named scopes; otherwise the answer may name none
 */
export function judgeGrant(
  examination: Examination,
  tokenEndpoint: string,
  { scopes }: Granted,
  needed: readonly string[],
  isAsked: boolean
): void {
  if (scopes === undefined || needed.length === 0 || (!isAsked && scopes.length === 0)) return;
  const { redactor } = examination;
  const missing = needed.filter((scope) => !isCovered(scope, scopes));
  if (missing.length > 0) {
    report(examination, 'grant_too_narrow', tokenEndpoint, { names: missing.map((one) => redactor.show(one)) });
    return;
  }
  const extra = scopes.filter((scope) => !isCovered(scope, needed));
  if (extra.length === 0) return;
  const names = extra.filter((one) => !redactor.repeats(one)).map((one) => redactor.show(one));
  report(examination, 'grant_too_wide', tokenEndpoint, { names }, 'warning');
}
