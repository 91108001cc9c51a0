import type { SandboxClient } from '../options.ts';
import { isRegistered } from './redirect-uri.ts';
import { CallbackError, PageError } from './sign-in-error.ts';

/** A valid request of `/oauth/authorize`. */
export interface AuthorizeRequest {
  readonly client: SandboxClient;
  /** As it was sent. */
  readonly redirectUri: string;
  /** Passed through unread. */
  readonly state: string | undefined;
  /** S256 challenge of PKCE. */
  readonly challenge: string | undefined;
  /** `prompt=login`: ignore what this browser remembers. */
  readonly isPromptForced: boolean;
  /** Name of the organization and its identity provider. They only count together. */
  readonly identityProvider: { readonly organization: string; readonly provider: string } | undefined;
  readonly hint: LoginHint;
  /** Id of the organization to sign in to, if it is not the user's own. */
  readonly target: string | undefined;
}

/** `login_hint`: `email:orgName`, `email` or `orgName`. */
export interface LoginHint {
  readonly email: string | undefined;
  readonly organization: string | undefined;
}

const PARAMETERS = [
  'response_type',
  'state',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'login_hint',
  'org',
  'provider',
  'target'
] as const;
type Parameter = (typeof PARAMETERS)[number];

/**
 * Reads an authorization request.
 *
 * @throws PageError while client and redirect URI are not verified, because the user must not be redirected then
 * @throws CallbackError for a mistake that is reported to the client at its redirect URI
 */
export function readAuthorizeRequest(
  query: URLSearchParams,
  clients: ReadonlyMap<string, SandboxClient>
): AuthorizeRequest {
  const { client, redirectUri } = readClient(query, clients);
  const states = query.getAll('state');
  const fail = (error: string, description: string): CallbackError =>
    new CallbackError({ redirectUri, state: states.length === 1 ? states[0] : undefined }, error, description);

  const repeated = PARAMETERS.find((name) => query.getAll(name).length > 1);
  if (repeated !== undefined) throw fail('invalid_request', `${repeated} was sent more than once`);
  const read = (name: Parameter): string | undefined => query.get(name) ?? undefined;

  const responseType = read('response_type');
  if (responseType === undefined) throw fail('invalid_request', 'response_type is required');
  if (responseType !== 'code') throw fail('unsupported_response_type', 'response_type must be code');
  if (client.grantType !== 'CODE')
    throw fail('unauthorized_client', 'client is not authorized to use the authorization_code grant type');
  const prompt = read('prompt');
  if (prompt !== undefined && prompt !== 'login') throw fail('invalid_request', 'prompt must be login');

  const [organization, provider] = [read('org'), read('provider')];
  return {
    client,
    redirectUri,
    state: read('state'),
    challenge: readChallenge(client, read('code_challenge'), read('code_challenge_method'), fail),
    isPromptForced: prompt === 'login',
    identityProvider: organization && provider ? { organization, provider } : undefined,
    hint: readHint(read('login_hint') ?? ''),
    target: read('target')
  };
}

/** The client and the redirect URI that it registered. */
export function readClient(
  query: URLSearchParams,
  clients: ReadonlyMap<string, SandboxClient>
): { readonly client: SandboxClient; readonly redirectUri: string } {
  const [[id, ...moreIds], [redirectUri, ...moreUris]] = [query.getAll('client_id'), query.getAll('redirect_uri')];
  const client = id === undefined ? undefined : clients.get(id);
  if (
    client === undefined ||
    (client.state ?? 'active') !== 'active' ||
    redirectUri === undefined ||
    moreIds.length + moreUris.length > 0 ||
    !isRegistered(redirectUri, client)
  )
    throw new PageError(
      400,
      'OAuth client ID or redirect URI is invalid',
      'Compare client_id and redirect_uri with the clients of the sandbox. A redirect URI must be the same, character by character.'
    );
  return { client, redirectUri };
}

function readChallenge(
  client: SandboxClient,
  challenge: string | undefined,
  method: string | undefined,
  fail: (error: string, description: string) => CallbackError
): string | undefined {
  if (challenge === undefined && method === undefined) {
    if (client.pkceRequired ?? client.secret === undefined)
      throw fail('invalid_pkce_package', 'code_challenge is required');
    return undefined;
  }
  if (method !== 'S256') throw fail('invalid_pkce_package', 'code_challenge_method must be S256');
  if (challenge === undefined || !/^[\w-]{43}$/.test(challenge))
    throw fail('invalid_pkce_package', 'code_challenge must be a SHA-256 hash, base64url-encoded');
  return challenge;
}

function readHint(hint: string): LoginHint {
  const colon = hint.indexOf(':');
  const [first, rest] = colon < 0 ? [hint, ''] : [hint.slice(0, colon), hint.slice(colon + 1)];
  const isEmail = first.includes('@');
  return {
    email: isEmail ? first : undefined,
    organization: (isEmail ? rest : hint) || undefined
  };
}
