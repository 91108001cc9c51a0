import { randomBytes } from 'node:crypto';
import {
  GENESYS_SESSION_HEADER,
  RETURN_TO_PARAMETER,
  SIGNED_OUT_SESSION,
  SIGN_IN_PARAMETERS,
  SIGN_IN_PATHS,
  type SessionResponse,
  type SignInFailure,
  type SignInResult,
  type SignOutResponse
} from 'genesys-auth-protocol';
import type { SignInConfig } from '../config/config.ts';
import type { RelayConfig } from '../config/config.ts';
import { keyBytes } from '../config/resolve-store.ts';
import type { RequestFacts } from '../guard/facts.ts';
import { createRateLimit } from '../guard/rate.ts';
import type { Caller } from '../identify/caller.ts';
import type { Entitlement, Policy } from '../policy/policy.ts';
import type { Acting } from '../proxy/sender.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { Pending } from '../runtime/pending.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { createSeal } from '../store/seal.ts';
import { createCookieJar, readCookies } from './cookies.ts';
import { createExchangeTurns } from './exchange-turns.ts';
import { type Genesys, GenesysFailure, type UserTokens, createGenesys } from './genesys.ts';
import { createSessionGuard } from './guard.ts';
import { createLiveSessions } from './live.ts';
import { createReturnTo, withResult } from './return-to.ts';
import { type Session, endOf } from './session.ts';
import { type MemorySessions, type SessionStore, createMemorySessions } from './session-store.ts';
import { type SeenSession, createSessions, nameOf } from './sessions.ts';
import { createSessionTags } from './tag.ts';
import { createTransactions } from './transactions.ts';
import { noRole, rolesOf } from './user-roles.ts';
import { createUserCalls, limitedTo } from './user-calls.ts';

/** Characters of a parameter for Genesys Cloud. */
const MAX_PARAMETER = 256;
/** An id of 32 bytes in base64url. */
const SESSION_ID = /^[\w-]{43}$/;

/** What `/sign-in` and its callback answer. */
export type SignInAnswer =
  | { readonly kind: 'redirect'; readonly to: string; readonly setCookies: readonly string[] }
  /** A page of the relay: nobody knows where to return to. */
  | { readonly kind: 'page'; readonly problem: RelayProblem };

/** Signs users in with Genesys Cloud, and knows who they are. */
export interface SignIn {
  /** Where users sign in. */
  readonly url: string;
  /** The page that a user can always return to. */
  readonly appUrl: string;
  /** Answers `GET /sign-in`. */
  start(facts: RequestFacts, query: string, address: string): SignInAnswer;
  /** Answers the callback. */
  finish(facts: RequestFacts, query: string, address: string): Promise<SignInAnswer>;
  /**
   * The user of the browser, or the caller that a browser without a session is.
   *
   * @param address of the client, by which callers without a session are told apart
   * @returns `undefined` for a browser without a session, where such browsers have no role
   */
  identify(facts: RequestFacts, address: () => string): Promise<Caller | undefined>;
  /** The problem of a request without a session. */
  required(facts: RequestFacts): RelayProblem;
  /**
   * Compares the user whom the page shows with the one who is signed in.
   *
   * @throws RelayProblem `invalid_request`, `session_changed`, `session_ended`
   */
  checkPage(caller: Caller, facts: RequestFacts): void;
  /** What the session says of the user, beyond what it says of every caller. */
  describe(caller: Caller): Pick<SessionResponse, 'user' | 'session' | 'expiresAt' | 'signInUrl'>;
  entitlement(caller: Caller): Entitlement;
  /** Whose token goes with a call of the API, with the rights that the user has now. */
  act(caller: Caller): Promise<Acting>;
  /** How a caller who was identified before is seen now. */
  again(caller: Caller): Caller | undefined;
  /** The caller with the roles that the session has now; `undefined` after its end. Other callers stay as they are. */
  latest(caller: Caller): Promise<Caller | undefined>;
  /** Answers `POST /sign-out`. */
  signOut(facts: RequestFacts): Promise<{ readonly body: SignOutResponse; readonly setCookie: string }>;
  close(): Promise<void>;
}

/** What outlives a configuration: sessions in memory, and the key that seals for this process alone. */
export interface SignInMemory {
  readonly sessions: MemorySessions;
  readonly key: Buffer;
  readonly live: ReturnType<typeof createLiveSessions>;
  /** The session that each caller was identified by. A request may outlive the configuration that identified its caller. */
  readonly seen: WeakMap<Caller, SeenSession>;
  /** Whoever wants to know of a session that has ended. */
  readonly onEnd: Set<(name: string) => void>;
}

/** Builds the memory of sign-in. */
export function createSignInMemory({ clock }: Pick<RelayRuntime, 'clock'>): SignInMemory {
  const onEnd = new Set<(name: string) => void>();
  const live = createLiveSessions((name) => {
    for (const listener of onEnd) listener(name);
  });
  return { sessions: createMemorySessions(clock), key: randomBytes(32), live, seen: new WeakMap(), onEnd };
}

/** What {@link createSignIn} works with. */
export interface SignInParts {
  readonly policy: Policy;
  readonly memory: SignInMemory;
  readonly pending: Pending;
  /** Where several relays keep their sessions; `undefined`: in memory. */
  readonly store: SessionStore | undefined;
}

const failed = (reason: SignInFailure): SignInResult => ({ code: 'sign_in_failed', reason });

const page = (reason: SignInFailure, message: string, hint: string): SignInAnswer => ({
  kind: 'page',
  problem: new RelayProblem('sign_in_failed', message, { hint, reason })
});

/** The result behind an error that Genesys Cloud sends the user back with. */
function resultOfError(error: string): SignInResult {
  if (error === 'access_denied') return { code: 'sign_in_cancelled' };
  if (error === 'server_error' || error === 'temporarily_unavailable') return failed('unavailable');
  return failed(error === 'unauthorized_client' ? 'client_refused' : 'refused');
}

/** Builds sign-in from a checked configuration. */
export function createSignIn(
  config: RelayConfig,
  signIn: SignInConfig,
  runtime: RelayRuntime,
  { policy, memory, pending, store }: SignInParts
): SignIn {
  const { clock, log, observer } = runtime;
  const { client, redirectUri, appUrl, organizations, roles, signedOutRoles } = signIn;
  const url = `${signIn.relayUrl}${SIGN_IN_PATHS.signIn}`;
  const storeKeys = (config.store?.keys ?? []).flatMap((key) => keyBytes(key.reveal()) ?? []);
  const keys = storeKeys.length > 0 ? storeKeys : [memory.key];
  const { protocol, origin } = new URL(redirectUri);
  const jar = createCookieJar(protocol === 'https:', sha256(redirectUri).slice(0, 8));
  const sessionCookie = jar.name('genesys-session');
  const sameSite = signIn.session.sameSite === 'lax' ? 'Lax' : 'Strict';
  const audience = `${client.id} ${signIn.authorizeEndpoint} ${redirectUri}`;
  const transactions = createTransactions(jar, createSeal('sign-in', keys), audience, clock);
  const returnTo = createReturnTo(appUrl, config.cors.origins);
  const guard = createSessionGuard([origin, ...config.cors.origins]);
  const tags = createSessionTags(keys);
  const genesys: Genesys = createGenesys(config, signIn, runtime);
  const addresses = createRateLimit(signIn.requestsPerMinute, clock);
  const exchanges = createExchangeTurns(signIn.exchangesPerMinute, clock);
  const absoluteMs = signIn.session.absoluteSeconds * 1000;
  const source = sha256(JSON.stringify([organizations, roles, signedOutRoles, signIn.actAs, client.id]));

  const problem = (code: 'session_ended' | 'sign_in_required', message: string): RelayProblem =>
    new RelayProblem(code, message, { hint: 'Sign in with Genesys Cloud.', signInUrl: url });
  const ended = () => problem('session_ended', 'The session has ended.');

  const isListed = (organizationId: string) => organizations.includes(organizationId);
  const isAllowed = ({ clientId, user, homeOrganizationId }: Session) =>
    clientId === client.id && isListed(user.organization.id) && isListed(homeOrganizationId);

  const sessionStore =
    store ??
    memory.sessions.store(signIn.session.idleSeconds * 1000, (name, session) => {
      memory.live.forget(name);
      observer.sessionEnded?.('idle');
      void pending.track(genesys.revoke(session.accessToken));
    });
  const sessions = createSessions(
    { store: sessionStore, genesys, live: memory.live, pending, absoluteMs, ended, isAllowed },
    runtime
  );

  const calls = createUserCalls(config, { sessions, live: memory.live, ended }, runtime);

  const callers = new WeakMap<Session, Caller>();
  const entitlements = new WeakMap<Caller, Entitlement>();

  function callerOf(seen: SeenSession): Caller {
    const { name, session } = seen;
    const known = callers.get(session);
    if (known?.source === source) return known;
    const { user } = session;
    const caller: Caller = {
      key: `session:${user.organization.id} ${user.id}`,
      subject: user.id,
      identity: 'session',
      roles: rolesOf(roles, session.facts),
      source,
      notAfter: endOf(session, absoluteMs),
      session: name,
      ...(signIn.actAs === 'user' && { tokenScopes: signIn.scopeCheck === 'on' ? session.scopes : [] })
    };
    callers.set(session, caller);
    memory.seen.set(caller, seen);
    return caller;
  }

  async function seen(facts: RequestFacts): Promise<SeenSession | undefined> {
    const id = readCookies(facts).get(sessionCookie);
    return id !== undefined && SESSION_ID.test(id) ? sessions.find(id) : undefined;
  }

  function entitlement(caller: Caller): Entitlement {
    const known = entitlements.get(caller);
    if (known !== undefined) return known;
    const before = memory.seen.get(caller);
    // The roles of this configuration count, also if another one has identified the caller.
    const current = before === undefined ? caller : callerOf(before);
    if (current.session !== undefined && current.roles.length === 0) throw noRole();
    const found = limitedTo(policy.entitlement(current.roles), current);
    entitlements.set(caller, found);
    return found;
  }

  /** Checks who has signed in, and starts the session. */
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
      await exchanges.take(address);
      const start = clock.now();
      tokens = await genesys.exchange(code, verifier);
      const result = await open(tokens, start);
      if (!('id' in result)) void pending.track(genesys.revoke(tokens.accessToken));
      return result;
    } catch (error) {
      if (tokens !== undefined) void pending.track(genesys.revoke(tokens.accessToken));
      if (error instanceof GenesysFailure) {
        if (error.reason === 'code_refused') exchanges.refused(address);
        return failed(error.reason);
      }
      if (error instanceof RelayProblem)
        return failed(error.code === 'api_budget_spent' ? 'rate_limited' : 'unavailable');
      throw error;
    }
  }

  /** The session that the browser had before ends. The token of the same user stays until its end: calls may be under way. */
  async function replace(before: string | undefined, id: string): Promise<void> {
    const name = nameOf(id);
    if (before === undefined || before === name) return;
    const [old, now] = await Promise.all([sessionStore.read(before), sessionStore.read(name)]);
    const isSameUser = old?.session.user.id === now?.session.user.id;
    await sessions.end(before, 'replaced', !isSameUser);
  }

  function overLimit(address: string): SignInAnswer | undefined {
    const seconds = addresses.take(address);
    if (seconds === 0) return undefined;
    return {
      kind: 'page',
      problem: new RelayProblem('rate_limited', 'Too many users sign in from this address at the same time.', {
        hint: `Wait ${seconds} s, then sign in again.`,
        retryAfterSeconds: seconds
      })
    };
  }

  function note(result: SignInResult): void {
    observer.signedIn?.(result.code === 'sign_in_failed' ? result.reason : result.code);
    const outcome = result.code === 'sign_in_failed' ? `${result.code}.${result.reason}` : result.code;
    const line = { event: 'sign_in', outcome };
    if (result.code === 'ok') log.info(line, 'a user signed in');
    else log.warn(line, 'sign-in did not end with a session');
  }

  return {
    url,
    appUrl,

    start(facts, query, address) {
      const over = overLimit(address);
      if (over !== undefined) return over;
      const parameters = new URLSearchParams(query);
      const known: readonly string[] = [RETURN_TO_PARAMETER, ...SIGN_IN_PARAMETERS];
      const names = [...parameters.keys()];
      const wrong = names.find(
        (name, index) =>
          !known.includes(name) ||
          names.indexOf(name) !== index ||
          (name !== RETURN_TO_PARAMETER && !isPlain(parameters.get(name) ?? ''))
      );
      const hint = 'Go back to the app and sign in from there.';
      if (wrong !== undefined || !areGood(parameters))
        return page('parameters', 'The link to sign in has a parameter that the relay does not take.', hint);
      const target = returnTo.resolve(parameters.get(RETURN_TO_PARAMETER) ?? appUrl);
      if (target === undefined)
        return page('parameters', 'The link to sign in leads to a page that is not part of the app.', hint);
      const cookies = readCookies(facts);
      const id = cookies.get(sessionCookie);
      const before = id !== undefined && SESSION_ID.test(id) ? nameOf(id) : undefined;
      const { state, challenge, setCookies } = transactions.begin(cookies, { returnTo: target, before });
      const to = new URL(signIn.authorizeEndpoint);
      to.searchParams.set('response_type', 'code');
      to.searchParams.set('client_id', client.id);
      to.searchParams.set('redirect_uri', redirectUri);
      to.searchParams.set('state', state);
      if (client.pkce) {
        to.searchParams.set('code_challenge', challenge);
        to.searchParams.set('code_challenge_method', 'S256');
      }
      for (const name of SIGN_IN_PARAMETERS) {
        const value = parameters.get(name);
        if (value !== null) to.searchParams.set(name, value);
      }
      return { kind: 'redirect', to: to.href, setCookies };
    },

    async finish(facts, query, address) {
      const over = overLimit(address);
      if (over !== undefined) return over;
      const parameters = new URLSearchParams(query);
      const only = (name: string) => {
        const [value, ...more] = parameters.getAll(name);
        return more.length === 0 ? value : undefined;
      };
      const taken = transactions.take(readCookies(facts), only('state') ?? '');
      if (taken === undefined) {
        note(failed('state_unknown'));
        return page(
          'state_unknown',
          'This browser did not start this sign-in, or started it too long ago.',
          'Open the app and sign in again. Keep this tab open meanwhile, and allow cookies.'
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
        note(result);
        return { kind: 'redirect', to: withResult(target, result), setCookies: [taken.setCookie] };
      }
      await replace(before, result.id);
      note({ code: 'ok' });
      const setCookies = [taken.setCookie, jar.set(sessionCookie, result.id, sameSite)];
      return { kind: 'redirect', to: withResult(target, { code: 'ok' }), setCookies };
    },

    async identify(facts, address) {
      const found = await seen(facts);
      if (found === undefined && signedOutRoles === undefined) return undefined;
      guard(facts);
      if (found !== undefined) return callerOf(found);
      return {
        key: `signed-out:${address()}`,
        subject: 'signed-out',
        identity: 'session',
        roles: signedOutRoles ?? [],
        source
      };
    },

    required(facts) {
      const tag = facts.headers[GENESYS_SESSION_HEADER.toLowerCase()];
      return tag === undefined || tag === SIGNED_OUT_SESSION
        ? problem('sign_in_required', 'Nobody is signed in.')
        : ended();
    },

    checkPage(caller, facts) {
      if (caller.identity !== 'session') return;
      const tag = facts.headers[GENESYS_SESSION_HEADER.toLowerCase()];
      const session = memory.seen.get(caller)?.session;
      if (session === undefined) {
        if (tag !== undefined && tag !== SIGNED_OUT_SESSION) throw ended();
        return;
      }
      if (tag === undefined) {
        throw new RelayProblem('invalid_request', `The header ${GENESYS_SESSION_HEADER} is missing.`, {
          hint: "Send the member 'session' of the answer of /session. It says which user the page shows."
        });
      }
      if (tags.matches(tag, session.user)) return;
      throw new RelayProblem('session_changed', 'Another user has signed in since the page was loaded.', {
        hint: 'Drop what the page shows, and read /session again.'
      });
    },

    describe(caller) {
      if (caller.identity !== 'session') return {};
      const session = memory.seen.get(caller)?.session;
      if (session === undefined) return { user: null, session: SIGNED_OUT_SESSION, signInUrl: url };
      return {
        user: session.user,
        session: tags.of(session.user),
        expiresAt: new Date(endOf(session, absoluteMs)).toISOString(),
        signInUrl: url
      };
    },

    entitlement,

    async act(caller) {
      const before = memory.seen.get(caller);
      if (before === undefined) return { entitlement: entitlement(caller) };
      const now = await sessions.use(before);
      const own = entitlement(callerOf(now));
      return { entitlement: own, ...(own.token !== undefined && { sender: calls.sender(now) }) };
    },

    again: (caller) => (caller.source === source ? caller : undefined),

    async latest(caller) {
      const { session: name } = caller;
      if (name === undefined) return caller;
      const kept = await sessionStore.read(name);
      return kept && callerOf({ name, session: kept.session });
    },

    async signOut(facts) {
      guard(facts);
      const found = await seen(facts);
      if (found !== undefined) {
        this.checkPage(callerOf(found), facts);
        await sessions.end(found.name, 'signed_out');
      }
      const logout = new URL(signIn.logoutEndpoint);
      logout.searchParams.set('client_id', client.id);
      logout.searchParams.set('redirect_uri', appUrl);
      return { body: { logoutUrl: logout.href }, setCookie: jar.clear(sessionCookie, sameSite) };
    },

    async close() {
      await Promise.all([genesys.close(), sessionStore.close()]);
    }
  };
}

/** Whether a value may go to Genesys Cloud. */
const isPlain = (value: string): boolean => value !== '' && value.length <= MAX_PARAMETER && !/\p{C}/u.test(value);

/** Parameters that Genesys Cloud only takes in this form. */
function areGood(parameters: URLSearchParams): boolean {
  const prompt = parameters.get('prompt');
  return (prompt === null || prompt === 'login') && parameters.has('org') === parameters.has('provider');
}
