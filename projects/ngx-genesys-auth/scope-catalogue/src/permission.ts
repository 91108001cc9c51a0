import { HttpErrorResponse } from '@angular/common/http';
import { GenesysPermissionError, ɵbodyField as bodyField, ɵcorrelationId as correlationId } from 'ngx-genesys-auth';

// The codes by which Genesys Cloud says that a permission is missing, and whether one of those it names would do.
const RULES: ReadonlyMap<string, 'any' | 'all'> = new Map([
  ['missing.any.permissions', 'any'],
  ['missing.any.division.permissions', 'any'],
  ['missing.permissions', 'all'],
  ['missing.division.permission', 'all']
]);

/** The names in a message: `...: [a, b]`, `... 'a' ...` or `...: a, b`. The list may be empty. */
function namesIn(text: string): string[] {
  const [, opening, rest = ''] = /(: |')\[?(.*)/s.exec(text) ?? [];
  const [list = ''] = rest.split(opening === "'" ? /[\]']/ : ']', 1);
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The error for a 403 that says a permission is missing. */
export function missingPermissionOf(response: unknown): GenesysPermissionError | undefined {
  if (!(response instanceof HttpErrorResponse) || response.status !== 403) return undefined;
  const rule = RULES.get(bodyField(response, 'code'));
  if (!rule) return undefined;
  const message = bodyField(response, 'message');
  // "... permissions assigned: [a, b] in at least one of the following division(s): [c, d]"
  const [permissionText = '', divisionText = ''] = message.split(
    / in (?:at least one of )?the (?:following|provided) /,
    2
  );
  const permissions = namesIn(permissionText);
  const divisions = namesIn(divisionText);
  const wanted = permissions.length > 1 ? `${rule === 'any' ? 'one' : 'all'} of ` : '';
  return new GenesysPermissionError(permissions, rule, divisions, message || 'A permission is missing.', {
    hint:
      `An administrator of Genesys Cloud gives ${permissions.length > 0 ? wanted + permissions.join(', ') : 'it'} ` +
      `by a role of the OAuth client that the relay uses, or of the user if calls act as the user` +
      `${message.includes('division') ? ', for the division in question' : ''}. ` +
      'A scope does not help.',
    cause: response,
    correlationId: correlationId(response)
  });
}
