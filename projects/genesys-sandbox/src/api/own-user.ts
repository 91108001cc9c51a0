import { GenesysError } from '../http/errors.ts';
import type { UserGrant } from '../tokens/user-grant.ts';
import type { ApiCall } from './operation.ts';

/** The sign-in of the calling user. Operations about "me" refuse client credentials. */
export function ownSignIn({ live }: ApiCall): UserGrant {
  if (live.grant !== undefined) return live.grant;
  throw new GenesysError(
    400,
    'not.a.user',
    'This request requires a user context. Client credentials cannot be used for requests to this resource.'
  );
}
