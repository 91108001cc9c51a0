import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryOf } from '../api/operation.ts';
import { SCOPE_NAMES } from '../api/scope-names.ts';
import type { Faults } from '../faults/faults.ts';
import { GenesysError } from '../http/errors.ts';
import { MAX_BODY_BYTES } from '../http/host.ts';
import type { SandboxClient } from '../options.ts';
import type { SandboxOrganization } from '../users/organization.ts';
import type { UserTokens } from '../tokens/user-tokens.ts';
import type { SandboxAccount } from '../users/user.ts';
import type { Users } from '../users/users.ts';
import { type AuthorizeRequest, readAuthorizeRequest, readClient } from './authorize-request.ts';
import { Browsers } from './browsers.ts';
import type { Codes } from './codes.ts';
import { PAGE_HEADERS } from './html.ts';
import { errorPage, loginPage, signedOutPage } from './pages.ts';
import type { SignInSettings } from './settings.ts';
import { CallbackError, PageError, callbackUrl } from './sign-in-error.ts';

/** Largest login form, bytes. */
const MAX_FORM_BYTES = 8192;

/** Dependencies of {@link SignIn}. */
export interface SignInParts {
  readonly clients: ReadonlyMap<string, SandboxClient>;
  readonly users: Users;
  readonly organization: SandboxOrganization;
  readonly codes: Codes;
  readonly userTokens: UserTokens;
  readonly settings: SignInSettings;
  readonly faults: Faults;
}

/**
 * Signs users in: `/oauth/authorize` reads the request, shows the login page unless the browser remembers the user, and sends
 * a code to the client. The token endpoint takes it from there. `/logout` makes the browser forget the user.
 */
export class SignIn {
  readonly #parts: SignInParts;
  readonly #browsers = new Browsers();

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** Serves both pages on a host, for every prefix: the official SDKs may be told to put `/login` before the path. */
  serve(
    app: FastifyInstance,
    host: 'login' | 'api',
    prefixes: readonly string[],
    suffer: (scope: FastifyInstance) => void
  ): void {
    void app.register(async (scope) => {
      await scope.register(formbody, {
        bodyLimit: MAX_FORM_BYTES,
        parser: (text) => ({ form: new URLSearchParams(text) })
      });
      scope.setErrorHandler((error, _request, reply) => answerError(error, reply));
      suffer(scope);
      for (const prefix of prefixes) {
        const authorize = `${prefix}/oauth/authorize`;
        scope.get(authorize, (request, reply) => this.#authorize(request, reply, host));
        scope.post(authorize, (request, reply) => this.#submit(request, reply, host));
        scope.get(`${prefix}/logout`, (request, reply) => this.#logout(request, reply));
        refuseOtherMethods(scope, authorize, ['GET', 'POST']);
        refuseOtherMethods(scope, `${prefix}/logout`, ['GET']);
      }
    });
  }

  #authorize(request: FastifyRequest, reply: FastifyReply, host: 'login' | 'api'): FastifyReply {
    const authorization = this.#read(request, host);
    const user = authorization.isPromptForced ? undefined : this.#remembered(authorization, request.headers.cookie);
    if (user !== undefined) return this.#sendCode(authorization, user, request, reply);
    return this.#showLogin(authorization, reply, { email: authorization.hint.email ?? '' });
  }

  /** Handles the login form. */
  #submit(request: FastifyRequest, reply: FastifyReply, host: 'login' | 'api'): FastifyReply {
    // Another site must not be able to sign the user in with an account that it chooses.
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin') throw new PageError(403, 'The form was sent by another site.');
    const authorization = this.#read(request, host);
    const form = formOf(request.body);
    if (form.get('action') === 'cancel')
      throw new CallbackError(authorization, 'access_denied', 'the user cancelled the sign-in');
    const email = form.get('email') ?? '';
    const user = this.#parts.users.byEmail(email);
    const isPasswordGiven = (form.get('password') ?? '') !== '';
    if (user === undefined || !isPasswordGiven || !mayUseProvider(user, authorization))
      return this.#showLogin(authorization, reply.code(401), {
        email,
        error: isPasswordGiven ? 'The sandbox knows no user with this email.' : 'Enter a password. Any will do.'
      });
    return this.#sendCode(authorization, user, request, reply);
  }

  #read(request: FastifyRequest, host: 'login' | 'api'): AuthorizeRequest {
    const { clients, faults, users } = this.#parts;
    const authorization = readAuthorizeRequest(queryOf(request), clients);
    const path = request.url.split('?', 1)[0] ?? '';
    const fault = faults.onRequest('authorizeError', request.method, path, host);
    if (fault !== undefined) throw new CallbackError(authorization, fault.error, fault.description ?? fault.error);
    const name = authorization.identityProvider?.organization;
    if (name !== undefined && users.organization(name) === undefined)
      throw new PageError(400, 'The sandbox knows no organization with this name.');
    return authorization;
  }

  /** The user who is signed in in this browser, unless the request is for another user. */
  #remembered(authorization: AuthorizeRequest, cookies: string | undefined): SandboxAccount | undefined {
    const provider = providerKey(authorization);
    const candidates = [
      this.#browsers.user(cookies),
      provider === undefined ? undefined : this.#browsers.userOfProvider(cookies, provider)
    ];
    const email = authorization.hint.email?.toLowerCase();
    return candidates.find(
      (user) =>
        user !== undefined &&
        mayUseProvider(user, authorization) &&
        (email === undefined || user.email.toLowerCase() === email)
    );
  }

  #showLogin(
    { client, hint, identityProvider }: AuthorizeRequest,
    reply: FastifyReply,
    { email, error }: { readonly email: string; readonly error?: string }
  ): FastifyReply {
    const { users, organization } = this.#parts;
    return reply.headers(PAGE_HEADERS).send(
      loginPage({
        client: client.name ?? client.id,
        organization: identityProvider?.organization ?? hint.organization ?? organization.name,
        provider: identityProvider?.provider,
        email,
        error,
        examples: users.all.slice(0, 2).map((user) => user.email)
      })
    );
  }

  #sendCode(
    authorization: AuthorizeRequest,
    user: SandboxAccount,
    request: FastifyRequest,
    reply: FastifyReply
  ): FastifyReply {
    const { client, redirectUri, challenge, target } = authorization;
    const { codes, organization } = this.#parts;
    const targets = [user.organization, organization];
    const targetOrganization = target === undefined ? user.organization : targets.find(({ id }) => id === target);
    if (targetOrganization === undefined)
      throw new CallbackError(authorization, 'access_denied', 'the user has no access to the target organization');
    const scopes = client.scopes ?? 'all';
    const code = codes.issue({
      grant: { client, user, organization: targetOrganization, scopes: scopes === 'all' ? SCOPE_NAMES : scopes },
      redirectUri,
      challenge
    });
    return reply
      .header('Set-Cookie', this.#browsers.signIn(request.headers.cookie, user, providerKey(authorization)))
      .redirect(callbackUrl(authorization, { code }), 303);
  }

  #logout(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { clients, userTokens, settings } = this.#parts;
    const query = queryOf(request);
    const { client, redirectUri } = query.has('redirect_uri')
      ? readClient(query, clients)
      : { client: clients.get(query.get('client_id') ?? ''), redirectUri: undefined };
    const { user, cookie } = this.#browsers.signOut(request.headers.cookie);
    if (user !== undefined && client !== undefined) {
      const revoke = settings.logoutRevokesAccessTokens ? 'revoke' : 'revokeRefreshTokens';
      userTokens[revoke]((grant) => grant.user === user && grant.client === client);
    }
    void reply.header('Set-Cookie', cookie);
    return redirectUri === undefined
      ? reply.headers(PAGE_HEADERS).send(signedOutPage())
      : reply.redirect(redirectUri, 303);
  }
}

/** An identity provider of an organization only knows its users. */
function mayUseProvider(user: SandboxAccount, { identityProvider }: AuthorizeRequest): boolean {
  return (
    identityProvider === undefined ||
    user.organization.name.toLowerCase() === identityProvider.organization.trim().toLowerCase()
  );
}

function providerKey({ identityProvider }: AuthorizeRequest): string | undefined {
  if (identityProvider === undefined) return undefined;
  return `${identityProvider.organization.trim().toLowerCase()} ${identityProvider.provider.toLowerCase()}`;
}

function formOf(body: unknown): URLSearchParams {
  const form: unknown = Reflect.get(Object(body), 'form');
  if (form instanceof URLSearchParams) return form;
  throw new PageError(400, 'The form could not be read.');
}

function refuseOtherMethods(scope: FastifyInstance, url: string, allowed: readonly string[]): void {
  const all = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  scope.route({
    method: all.filter((method) => !allowed.includes(method)),
    url,
    // Before the body is read: its type does not matter.
    onRequest: (_request, reply) => {
      void reply.header('Allow', allowed.join(', '));
      throw new PageError(405, 'This page does not know the method of the request.');
    },
    handler: () => undefined
  });
}

/** Sends the user back to the client, or shows what went wrong. */
function answerError(thrown: unknown, reply: FastifyReply): FastifyReply {
  if (thrown instanceof CallbackError) return reply.redirect(thrown.url, 303);
  const { status, message } = thrown instanceof PageError ? thrown : GenesysError.from(thrown, MAX_BODY_BYTES);
  return reply
    .code(status)
    .headers(PAGE_HEADERS)
    .send(errorPage('Sign-in failed', message, thrown instanceof PageError ? thrown.hint : undefined));
}
