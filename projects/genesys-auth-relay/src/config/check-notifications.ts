import { isCovered } from 'genesys-scopes';
import type { ParsedConfig } from './schema.ts';
import type { Findings } from './secrets.ts';

/** Checks the notification hub. A hub that no role may use is a mistake. */
export function checkNotifications(
  { notifications, scopes, roles }: ParsedConfig,
  clients: readonly { readonly scopes: readonly string[] }[] | undefined,
  found: Findings
): void {
  if (notifications === false) return;
  const issue = (message: string, fix: string) => {
    found.issues.push({ key: 'notifications', message, fix });
  };
  const has = (list: readonly string[]) => isCovered('notifications', list);
  if (!has(scopes)) {
    issue(
      "the hub is on, but the scope 'notifications' is not in the list scopes",
      'add notifications to scopes and to the roles that may listen, or remove the section'
    );
  } else if (!Object.values(roles).some((role) => has(role.scopes))) {
    issue("no role has the scope 'notifications', so no one could listen", 'add it to the roles that may listen');
  } else if (clients?.some((client) => has(client.scopes)) === false) {
    issue("no OAuth client has the scope 'notifications'", 'add it to the scopes of one of genesys.clients');
  }
}
