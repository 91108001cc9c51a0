import type { Diagnosis } from './doctor.ts';

const SIGNS = { ok: 'ok     ', problem: 'PROBLEM', unclear: 'unclear', skipped: 'skipped' };

/** The diagnosis in words. */
export function renderText({ target, steps, findings, healthy, exitCode }: Diagnosis): string {
  const lines = [
    `token endpoint  ${target.tokenEndpoint ?? 'not known'}`,
    `API             ${target.apiOrigin ?? 'not known'}`,
    `client id       ${target.clientId ?? '(not shown: it has not the form of an id)'}`,
    '',
    ...steps.flatMap(({ name, outcome, tried, answer }) => [
      `${SIGNS[outcome]}  ${name}: ${tried}`,
      ...(answer === undefined ? [] : [`         answer: ${answer}`])
    ]),
    '',
    ...findings.flatMap(({ cause, severity, message, fix }) => [`${severity} ${cause}: ${message}`, `  fix: ${fix}`]),
    healthy ? 'Healthy.' : `Not healthy (exit code ${exitCode}).`
  ];
  return `${lines.join('\n')}\n`;
}

/** The diagnosis for programs. */
export const renderJson = (diagnosis: Diagnosis): string => `${JSON.stringify(diagnosis, undefined, 2)}\n`;
