import type { SandboxClient } from '../options.ts';
import { type Credentials, identify, readBasic } from './credentials.ts';
import { invalidRequest, OAuthError } from './oauth-error.ts';

/** What the token endpoint looks at. */
export interface TokenRequest {
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
}

/** Parameters that must not travel in a URL: it ends up in logs, histories and Referer headers. */
const SECRET_PARAMETERS = [
  'client_id',
  'client_secret',
  'username',
  'password',
  'code',
  'code_verifier',
  'refresh_token',
  'assertion',
  'access_token'
];

/** Grants by their `grant_type`, with the words Genesys uses for them in a refusal. */
const GRANTS = new Map([
  ['client_credentials', 'client_credential'],
  ['authorization_code', 'authorization_code'],
  ['refresh_token', 'refresh_token'],
  ['password', 'password'],
  ['urn:ietf:params:oauth:grant-type:saml2-bearer', 'saml2-bearer']
]);

/** The grants that the sandbox imitates. */
export type GrantType = 'client_credentials' | 'authorization_code' | 'refresh_token';

/** Which type of client may use a grant. */
const CLIENTS_OF: Readonly<Record<GrantType, SandboxClient['grantType']>> = {
  client_credentials: 'CLIENT-CREDENTIALS',
  authorization_code: 'CODE',
  refresh_token: 'CODE'
};

/** The client that asks and the grant it may use, or an {@link OAuthError} that says why not. */
export function authenticate(
  request: TokenRequest,
  clients: ReadonlyMap<string, SandboxClient>
): { readonly client: SandboxClient; readonly grantType: GrantType } {
  refuseSecretsInQuery(request.query);
  refuseRepeats(request.form);
  // Genesys is known to take grant_type from the query as well; nothing else is read from there.
  const grant = request.form.get('grant_type') ?? request.query.get('grant_type') ?? '';
  if (grant === '') throw invalidRequest('grant_type is required, in the form body');
  const grantName = GRANTS.get(grant);
  if (grantName === undefined) throw new OAuthError(400, 'unsupported_grant_type', 'grant_type is not supported');

  const client = authenticatedClient(request, clients);
  const allowed = client.grantType ?? 'CLIENT-CREDENTIALS';
  const unauthorized = `client is not authorized to use the ${grantName} grant type`;
  if (!isImitated(grant)) {
    if (allowed === 'CLIENT-CREDENTIALS') throw new OAuthError(400, 'unauthorized_client', unauthorized);
    throw new OAuthError(400, 'unsupported_grant_type', `this sandbox does not imitate the ${grantName} grant type`);
  }
  if (allowed !== CLIENTS_OF[grant]) throw new OAuthError(400, 'unauthorized_client', unauthorized);
  return { client, grantType: grant };
}

function isImitated(grant: string): grant is GrantType {
  return Object.hasOwn(CLIENTS_OF, grant);
}

function authenticatedClient(request: TokenRequest, clients: ReadonlyMap<string, SandboxClient>): SandboxClient {
  const found = identify(credentialsOf(request), clients);
  if (found === undefined) throw new OAuthError(400, 'invalid_client', 'client not found');
  if (!found.authenticated) throw new OAuthError(401, 'invalid_client', 'authentication failed');
  const state = found.client.state ?? 'active';
  if (state !== 'active') throw new OAuthError(400, 'invalid_client', `client is ${state}`);
  return found.client;
}

function credentialsOf({ form, authorization }: TokenRequest): readonly Credentials[] {
  const id = form.get('client_id');
  const secret = form.get('client_secret');
  if (authorization === undefined || authorization === '') {
    if (id === null || id === '')
      throw new OAuthError(401, 'invalid_client', 'no client credentials, neither as Basic nor in the form body');
    return [{ id, secret: secret ?? undefined }];
  }
  if (secret !== null)
    throw invalidRequest('client credentials were sent twice: use either the Authorization header or the form body');
  const readings = readBasic(authorization);
  if (readings === undefined)
    throw new OAuthError(401, 'invalid_client', 'the Authorization header is not Basic with an id and a secret');
  if (id !== null && !readings.some((reading) => reading.id === id))
    throw invalidRequest('client_id in the form body is not the one in the Authorization header');
  return readings;
}

function refuseSecretsInQuery(query: URLSearchParams): void {
  const found = SECRET_PARAMETERS.find((name) => query.has(name));
  if (found !== undefined)
    throw invalidRequest(
      `${found} was sent in the query string, where logs keep it: send credentials as Basic or in the form body`
    );
}

function refuseRepeats(form: URLSearchParams): void {
  for (const name of [
    'grant_type',
    'client_id',
    'client_secret',
    'scope',
    'code',
    'code_verifier',
    'redirect_uri',
    'refresh_token'
  ])
    if (form.getAll(name).length > 1) throw invalidRequest(`${name} was sent more than once`);
}
