import type { Diagnosis } from './doctor.ts';

const SIGNS = { ok: 'ok     ', problem: 'PROBLEM', unclear: 'unclear', skipped: 'skipped' };

const of = (credential: string | undefined): string => (credential === undefined ? '' : `[${credential}] `);

/** The diagnosis as text. */
export function renderText({ target, steps, findings, healthy, exitCode }: Diagnosis): string {
  const idOf = (clientId: string | null) => clientId ?? '(not shown: it does not have the form of an id)';
  const lines = [
    `token endpoint  ${target.tokenEndpoint ?? 'not known'}`,
    `API             ${target.apiOrigin ?? 'not known'}`,
    ...(target.credentials.length === 0
      ? [`client id       ${idOf(target.clientId)}`]
      : target.credentials.map(({ name, clientId, auth }) => `client id       ${idOf(clientId)}: ${name}, by ${auth}`)),
    '',
    ...steps.flatMap(({ name, outcome, tried, answer, credential }) => [
      `${SIGNS[outcome]}  ${of(credential)}${name}: ${tried}`,
      ...(answer === undefined ? [] : [`         answer: ${answer}`])
    ]),
    '',
    ...findings.flatMap(({ cause, severity, message, fix, credential }) => [
      `${severity} ${cause}: ${of(credential)}${message}`,
      `  fix: ${fix}`
    ]),
    healthy ? 'Healthy.' : `Not healthy (exit code ${exitCode}).`
  ];
  return `${lines.join('\n')}\n`;
}

/** The diagnosis for programs. */
export const renderJson = (diagnosis: Diagnosis): string => `${JSON.stringify(diagnosis, undefined, 2)}\n`;
