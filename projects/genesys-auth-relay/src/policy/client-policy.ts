import { isCovered } from 'genesys-scopes';
import type { ClientConfig } from '../config/config.ts';
import { RelayProblem } from '../reply/problem.ts';
import { safeList, safeText } from '../reply/safe-text.ts';
import { type Choice, type Wanted, leastMissing, narrowestClient } from '../scopes/narrowest-client.ts';
import type { Entitlement } from './policy.ts';

/**
 * Chooses the OAuth client whose token goes to a browser: its holder has every right of that client. So a client
 * with rights that other callers of the relay have and this one has not is never chosen.
 *
 * @param rules the scopes of all roles of the relay together, and whether callers may share the rights of a client
 * @throws RelayProblem `scope_not_covered`, which names the missing client
 */
export function chooseClient(
  { clients, scopes: own }: Entitlement,
  wanted: Wanted,
  rules: { readonly scopesOfAllRoles: readonly string[]; readonly acceptSharedPrivileges: boolean }
): Choice<ClientConfig> {
  const beyond = (client: ClientConfig) =>
    client.scopes.filter((scope) => isCovered(scope, rules.scopesOfAllRoles) && !isCovered(scope, own));
  // With one client there is no choice, and the configuration check has accepted it.
  const shared = rules.acceptSharedPrivileges || clients.length === 1;
  const choice = narrowestClient(shared ? clients : clients.filter((client) => beyond(client).length === 0), wanted);
  if (choice !== undefined) return choice;
  const tooWide = narrowestClient(clients, wanted)?.client;
  const asked = safeList(wanted.required);
  if (tooWide !== undefined) {
    throw new RelayProblem(
      'scope_not_covered',
      `Only the OAuth client '${safeText(tooWide.name)}' covers ${asked}, and its tokens have rights that this caller has not: ${safeList(beyond(tooWide))}.`,
      {
        hint: `Add an OAuth client with just ${asked} to genesys.clients, or ask for these scopes one at a time.`,
        scopes: wanted.required
      }
    );
  }
  const nearest = leastMissing(clients, wanted.required);
  throw new RelayProblem('scope_not_covered', `No OAuth client of the relay covers all of: ${asked}.`, {
    hint:
      nearest === undefined
        ? 'Add an OAuth client to genesys.clients.'
        : `'${safeText(nearest.name)}' is the closest; it lacks ${safeList(nearest.missing)}. Add an OAuth client with all of them to genesys.clients, or request them separately.`,
    scopes: nearest?.missing ?? wanted.required
  });
}
