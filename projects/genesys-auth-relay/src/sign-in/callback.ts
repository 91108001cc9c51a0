import type { SignInFailure, SignInResult } from 'genesys-auth-protocol';
import type { SignInConfig } from '../config/config.ts';
import type { RequestHead } from '../guard/request-head.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { Pending } from '../runtime/pending.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { type SignInAnswer, page } from './answer.ts';
import { readCookies } from './cookies.ts';
import type { ExchangeTurns } from './exchange-turns.ts';
import { type Genesys, GenesysFailure, type UserTokens } from './genesys.ts';
import { withResult } from './return-to.ts';
import type { Session } from './session.ts';
import type { SessionStore } from './session-store.ts';
import { type Sessions, nameOf } from './sessions.ts';
import { sessionTag } from './tag.ts';
import type { Transactions } from './transactions.ts';
import { rolesOf } from './user-roles.ts';

const failed = (reason: SignInFailure): SignInResult => ({ code: 'sign_in_failed', reason });

/** The result for an error with which Genesys Cloud redirects the user back. */
function resultOfError(error: string): SignInResult {
  if (error === 'access_denied') return { code: 'sign_in_cancelled' };
  if (error === 'server_error' || error === 'temporarily_unavailable') return failed('unavailable');
  return failed(error === 'unauthorized_client' ? 'client_refused' : 'refused');
}

/** Dependencies of {@link createCallback}. */
export interface CallbackParts {
  readonly transactions: Transactions;
  readonly exchanges: ExchangeTurns;
  readonly genesys: Genesys;
  readonly sessions: Sessions;
  readonly sessionStore: SessionStore;
  readonly pending: Pending;
  /** The `Set-Cookie` header with the id of a session. */
  readonly setSession: (id: string) => string;
}

/** Answers `GET /sign-in/callback`: turns the code into a session, and sends the browser back to its page. */
export function createCallback(
  signIn: SignInConfig,
  { transactions, exchanges, genesys, sessions, sessionStore, pending, setSession }: CallbackParts,
  { clock, log, observer }: RelayRuntime
): (head: RequestHead, query: string, address: string) => Promise<SignInAnswer> {
  const { client, organizations, roles } = signIn;
  const isListed = (organizationId: string) => organizations.includes(organizationId);

  /** Checks the user who has signed in, and starts the session. */
  async function open(tokens: UserTokens, start: number): Promise<SignInResult | { readonly id: string }> {
    const token = await genesys.readToken(tokens.accessToken, false);
    if (token.clientId !== client.id) return failed('wrong_client');
    if (!isListed(token.organization.id) || !isListed(token.homeOrganizationId))
      return { code: 'organization_not_allowed' };
    const { id, name, email, ...facts } = await genesys.readUser(tokens.accessToken);
    if (rolesOf(roles, facts).length === 0) return { code: 'policy_denied' };
    const session: Session = {
      user: { id, name, email, organization: token.organization },
      clientId: token.clientId,
      homeOrganizationId: token.homeOrganizationId,
      facts,
      scopes: token.scopes,
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken,
      tokenStart: start,
      tokenEnd: start + tokens.lifetimeSeconds * 1000,
      start: clock.now(),
      readAt: clock.now()
    };
    return { id: await sessions.start(session) };
  }

  /** Exchanges the code, when it is the turn of the address. Whatever fails, no token stays alive. */
  async function signInWith(
    code: string,
    verifier: string,
    address: string
  ): Promise<SignInResult | { readonly id: string }> {
    let tokens: UserTokens | undefined;
    try {
      await exchanges.take(address, signIn.exchangesPerMinute);
      const start = clock.now();
      tokens = await genesys.exchange(code, verifier);
      const result = await open(tokens, start);
      if (!('id' in result)) void pending.track(genesys.revoke(tokens.accessToken));
      return result;
    } catch (error) {
      if (tokens !== undefined) void pending.track(genesys.revoke(tokens.accessToken));
      if (error instanceof GenesysFailure) {
        if (error.reason === 'code_refused') exchanges.codeRefused(address);
        return failed(error.reason);
      }
      if (error instanceof RelayProblem)
        return failed(error.code === 'api_budget_spent' ? 'rate_limited' : 'unavailable');
      throw error;
    }
  }

  /** Ends the previous session of the browser. The token of the same user stays until it expires, because calls may be pending. */
  async function replace(before: string | undefined, id: string): Promise<void> {
    const name = nameOf(id);
    if (before === undefined || before === name) return;
    const [old, now] = await Promise.all([sessionStore.read(before), sessionStore.read(name)]);
    const isSameUser =
      old !== undefined && now !== undefined && sessionTag(old.session.user) === sessionTag(now.session.user);
    await sessions.end(before, 'replaced', !isSameUser);
  }

  function report(result: SignInResult): void {
    observer.signedIn?.(result.code === 'sign_in_failed' ? result.reason : result.code);
    const outcome = result.code === 'sign_in_failed' ? `${result.code}.${result.reason}` : result.code;
    const line = { event: 'sign_in', outcome };
    if (result.code === 'ok') log.info(line, 'a user signed in');
    else log.warn(line, 'sign-in did not end with a session');
  }

  return async (head, query, address) => {
    const parameters = new URLSearchParams(query);
    const only = (name: string) => {
      const [value, ...more] = parameters.getAll(name);
      return more.length === 0 ? value : undefined;
    };
    const taken = transactions.take(readCookies(head), only('state') ?? '');
    if (taken === undefined) {
      report(failed('state_unknown'));
      return page(
        'state_unknown',
        'This browser did not start this sign-in, or started it too long ago.',
        'Go back to the app: you may be signed in already. If you are not, sign in again, keep this tab open meanwhile, and allow cookies.'
      );
    }
    const { verifier, returnTo: target, before } = taken.transaction;
    const code = only('code');
    const error = only('error');
    const result =
      code !== undefined && error === undefined
        ? await signInWith(code, verifier, address)
        : error === undefined
          ? failed('refused')
          : resultOfError(error);
    if (!('id' in result)) {
      report(result);
      return { kind: 'redirect', to: withResult(target, result), setCookies: [taken.setCookie] };
    }
    await replace(before, result.id);
    report({ code: 'ok' });
    const setCookies = [taken.setCookie, setSession(result.id)];
    return { kind: 'redirect', to: withResult(target, { code: 'ok' }), setCookies };
  };
}
