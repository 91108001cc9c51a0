import type { ContactCentre } from '../centre/centre.ts';
import type { SandboxClock } from '../options.ts';
import type { SandboxOrganization } from '../users/organization.ts';
import type { SignInSettings } from '../sign-in/settings.ts';
import type { LiveToken, TokenStore } from '../tokens/token-store.ts';
import type { UserGrant } from '../tokens/user-grant.ts';
import { stateOf, userEntity } from './directory.ts';
import { type Operation, ANY_SCOPE, ANY_TOKEN, toRead } from './operation.ts';
import { ownSignIn } from './own-user.ts';

/** What {@link identityOperations} work with. */
export interface IdentityParts {
  readonly store: TokenStore;
  readonly clock: SandboxClock;
  readonly organization: SandboxOrganization;
  readonly centre: () => ContactCentre;
  readonly settings: SignInSettings;
  /** Milliseconds that the sandbox's clock is off, as it says. */
  readonly offsetMs: () => number;
}

/** Operations about the caller, its token and its organization. */
export function identityOperations(parts: IdentityParts): Operation[] {
  const { store, clock, offsetMs } = parts;
  return [
    {
      method: 'GET',
      path: '/tokens/me',
      scopes: ['user-basic-info'],
      permissions: ANY_TOKEN,
      mayPreserveIdleTime: true,
      handle: ({ live }) => tokenInfo(live, parts)
    },
    {
      method: 'DELETE',
      path: '/tokens/me',
      scopes: ['user-basic-info'],
      permissions: ANY_TOKEN,
      handle: ({ token }) => {
        store.revoke(token);
      }
    },
    {
      method: 'GET',
      path: '/organizations/me',
      scopes: toRead('organization'),
      permissions: ANY_TOKEN,
      handle: ({ live }) => organizationEntity(live.grant?.organization ?? parts.organization)
    },
    {
      method: 'GET',
      path: '/users/me',
      scopes: ['user-basic-info'],
      permissions: ANY_TOKEN,
      handle: (call) => {
        const expand = call.query.getAll('expand').flatMap((names) => names.split(','));
        const grant = ownSignIn(call);
        return userEntity(grant.user, expandUser(expand, grant, call.live, parts));
      }
    },
    {
      method: 'GET',
      path: '/date',
      scopes: ANY_SCOPE,
      permissions: ANY_TOKEN,
      handle: () => ({ currentDate: new Date(clock.now() + offsetMs()).toISOString() })
    }
  ];
}

function organizationEntity({ id, name }: SandboxOrganization): object {
  return {
    id,
    name,
    defaultLanguage: 'en-US',
    defaultCountryCode: 'US',
    thirdPartyOrgName: name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-'),
    domain: 'sandbox.example',
    version: 1,
    state: 'active',
    voicemailEnabled: false,
    productPlatform: 'GenesysCloud',
    features: { realtimeCIC: true, purecloud: true },
    selfUri: '/api/v2/organizations/me'
  };
}

/** Presence and routing status of a user, if `expand` names them. A user of another organization has none. */
function expandState(expand: readonly string[], userId: string, parts: IdentityParts): object {
  // The first read of the contact centre simulates hours of history, so only requests for its state read it.
  if (!expand.includes('presence') && !expand.includes('routingStatus')) return {};
  const centre = parts.centre();
  const agent = centre.floor.agents.find(({ plan }) => plan.id === userId);
  return agent === undefined ? {} : stateOf(centre, agent, expand);
}

/** What `users/me` adds for `expand`. */
function expandUser(expand: readonly string[], grant: UserGrant, live: LiveToken, parts: IdentityParts): object {
  const { user, organization } = grant;
  const permissions = live.permissions === 'all' ? ['*:*:*'] : live.permissions;
  return {
    ...expandState(expand, user.id, parts),
    ...(expand.includes('organization') && { organization: organizationEntity(organization) }),
    ...(expand.includes('token') && { token: tokenInfo(live, parts) }),
    ...(expand.includes('groups') && {
      groups: user.groups.map((id) => ({ id, selfUri: `/api/v2/groups/${id}` }))
    }),
    ...(expand.includes('authorization') && {
      authorization: { roles: user.roles.map(({ id, name }) => ({ id, name })), unusedRoles: [], permissions }
    })
  };
}

/** Scopes do not apply to client credentials: the lists are empty, the roles decide. */
function tokenInfo(live: LiveToken, { organization, settings, store }: IdentityParts): object {
  const { client, grant } = live;
  const named = ({ id, name }: SandboxOrganization): SandboxOrganization => ({ id, name });
  const idlesAt = store.idlesAt(live);
  return {
    organization: named(grant?.organization ?? organization),
    homeOrganization: named(grant?.user.organization ?? organization),
    authorizedScope: settings.listScopes ? (grant?.scopes ?? []) : [],
    ...(idlesAt === undefined ? {} : { dateTokenIdles: new Date(idlesAt).toISOString() }),
    OAuthClient: {
      id: client.id,
      name: client.name ?? client.id,
      authorizedGrantType: client.grantType ?? 'CLIENT-CREDENTIALS',
      scope: grant?.scopes ?? [],
      roleDivisions: [],
      state: client.state ?? 'active',
      organization: named(organization)
    }
  };
}
