import { z } from 'zod';
import { flag, listOf, oneOf, pattern, section, text, whole } from './fields.ts';
import { secretReference, valueOrReference } from './reference-schema.ts';
import { says } from './says.ts';
import { secureUrl } from './urls.ts';

const id = (what: string) =>
  pattern(/^[\w-]{1,64}$/, `the id of ${what}`, `give the id of ${what} in Genesys Cloud, not its name`);

const ids = (what: string) =>
  z.array(id(what), { error: () => says('is not a list of ids', `list the ids of ${what}s in Genesys Cloud`) });

/** Organizations whose users may sign in. */
export const organizationsSchema = listOf(
  id('an organization'),
  'a list of organizations',
  'list the ids of the organizations whose users may sign in (Admin > Organization settings)'
);

/** Which users have a role of the relay. */
export const userRolesSchema = z.record(
  z.string().min(1),
  section(
    {
      everyone: flag('true gives this role to every user of the organizations').default(false),
      roles: ids('a role').default([]),
      groups: ids('a group').default([]),
      divisions: ids('a division').default([])
    },
    'define who has the role: { roles: [...], groups: [...], divisions: [...] }, or { everyone: true }'
  ),
  {
    error: (issue) =>
      says(
        issue.input === undefined ? 'is missing' : 'is not a section of roles',
        'name each role of the section "roles" and who has it: { agent: { groups: [...] } }'
      )
  }
);

const client = section(
  {
    id: valueOrReference('a client id', 'give the id of an OAuth client with the grant type Code Authorization'),
    secret: secretReference(
      'write { env: NAME } or { file: path }: a secret does not belong in the configuration file'
    ).optional(),
    auth: oneOf(['basic', 'post']).default('basic'),
    pkce: flag('true sends a code challenge, also for a client with a secret').default(true)
  },
  'add the OAuth client that signs users in: client: { id: ..., secret: { env: GENESYS_SIGN_IN_SECRET } }'
);

const session = section({
  idleSeconds: whole(60, 86_400, 'seconds').default(3600),
  absoluteSeconds: whole(300, 604_800, 'seconds').default(43_200),
  sameSite: oneOf(['strict', 'lax']).default('strict')
});

/** How users sign in with Genesys Cloud. */
export const signInSchema = section(
  {
    client,
    redirectUri: secureUrl('give the URL of the callback: the URL of the relay followed by /sign-in/callback'),
    appUrl: secureUrl('give the URL of the app to which users return'),
    organizations: organizationsSchema,
    roles: userRolesSchema,
    signedOutRoles: listOf(
      text('the name of a role', 'name a role of the section "roles"'),
      'a list of roles',
      'name the roles of a browser without a signed-in user, or leave it out'
    ).optional(),
    actAs: oneOf(['user', 'service']).default('user'),
    scopeCheck: oneOf(['on', 'off']).default('on'),
    hubIgnoresDivisions: flag('true lets the hub send events of all divisions to users').default(false),
    session: session.prefault({}),
    requestsPerMinute: whole(1, 1_000_000, 'requests').default(600),
    exchangesPerMinute: whole(1, 1_000_000, 'requests').default(200),
    authorizeEndpoint: secureUrl('give the URL of the authorization endpoint').optional(),
    logoutEndpoint: secureUrl('give the URL of the logout page').optional(),
    dev: flag('true allows http://localhost, and the loopback identity').default(false)
  },
  'define how users sign in: signIn: { client, redirectUri, appUrl, organizations, roles }'
);
