import { GenesysError } from '../http/errors.ts';
import type { SandboxClock, SandboxOrganization } from '../options.ts';
import type { TokenStore } from '../tokens/token-store.ts';
import { type ApiCall, type Operation, ANY_TOKEN } from './operation.ts';

/** Operations about the caller, its token and its organisation. */
export function identityOperations(
  store: TokenStore,
  clock: SandboxClock,
  organization: SandboxOrganization,
  offsetMs: () => number
): Operation[] {
  return [
    {
      method: 'GET',
      path: '/tokens/me',
      permissions: ANY_TOKEN,
      handle: (call) => introspection(call, organization)
    },
    {
      method: 'DELETE',
      path: '/tokens/me',
      permissions: ANY_TOKEN,
      handle: ({ token }) => {
        store.revoke(token);
      }
    },
    {
      method: 'GET',
      path: '/organizations/me',
      permissions: ANY_TOKEN,
      handle: () => ({
        id: organization.id,
        name: organization.name,
        defaultLanguage: 'en-US',
        defaultCountryCode: 'US',
        thirdPartyOrgName: organization.name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-'),
        domain: 'sandbox.example',
        version: 1,
        state: 'active',
        voicemailEnabled: false,
        productPlatform: 'GenesysCloud',
        features: { realtimeCIC: true, purecloud: true },
        selfUri: '/api/v2/organizations/me'
      })
    },
    {
      method: 'GET',
      path: '/users/me',
      permissions: ANY_TOKEN,
      handle: () => {
        throw new GenesysError(
          400,
          'not.a.user',
          'This request requires a user context. Client credentials cannot be used for requests to this resource.'
        );
      }
    },
    {
      method: 'GET',
      path: '/date',
      permissions: ANY_TOKEN,
      handle: () => ({ currentDate: new Date(clock.now() + offsetMs()).toISOString() })
    }
  ];
}

/** Scopes do not apply to client credentials: the lists are empty, the roles decide. */
function introspection({ live }: ApiCall, { id, name }: SandboxOrganization): object {
  const { client } = live;
  return {
    organization: { id, name },
    homeOrganization: { id, name },
    authorizedScope: [],
    OAuthClient: {
      id: client.id,
      name: client.name ?? client.id,
      authorizedGrantType: client.grantType ?? 'CLIENT-CREDENTIALS',
      scope: [],
      roleDivisions: [],
      state: client.state ?? 'active',
      organization: { id, name }
    }
  };
}
