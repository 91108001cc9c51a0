import type { ParsedConfig } from '../config/schema.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { UserFacts } from './genesys.ts';

/** Which users have which role of the relay. */
export type UserRoles = NonNullable<ParsedConfig['signIn']>['roles'];

/** The roles of the relay that a user has, in the order of the configuration. */
export function rolesOf(
  mapping: UserRoles,
  { roleIds, groupIds, divisionId }: Pick<UserFacts, 'roleIds' | 'groupIds' | 'divisionId'>
): readonly string[] {
  const has = (wanted: readonly string[], held: readonly string[]) => wanted.some((id) => held.includes(id));
  return Object.entries(mapping)
    .filter(
      ([, { everyone, roles, groups, divisions }]) =>
        everyone ||
        has(roles, roleIds) ||
        has(groups, groupIds) ||
        (divisionId !== undefined && divisions.includes(divisionId))
    )
    .map(([name]) => name);
}

/** The problem of a user without a role. */
export const noRole = (): RelayProblem =>
  new RelayProblem(
    'policy_denied',
    'The user is signed in, but none of their roles, groups and divisions in Genesys Cloud is mapped to a role of the relay.',
    { hint: "Add one of them to 'signIn.roles' of the relay, or give the user a role that is listed there." }
  );
