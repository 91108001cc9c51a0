import {
  GENESYS_SESSION_HEADER,
  SIGNED_OUT_SESSION,
  type SessionResponse,
  type SignOutResponse
} from 'genesys-auth-protocol';
import type { SignInConfig } from '../config/config.ts';
import type { RequestHead } from '../guard/request-head.ts';
import type { Caller } from '../identify/caller.ts';
import { type Entitlement, type Policy, limitedToToken } from '../policy/policy.ts';
import type { ApiAccess, TokenProvider } from '../proxy/token-provider.ts';
import { RelayProblem } from '../reply/problem.ts';
import { sha256 } from '../runtime/sha256.ts';
import { readCookies, sessionIdOf } from './cookies.ts';
import type { SignInMemory } from './memory.ts';
import { type Session, endOf } from './session.ts';
import type { SeenSession, SessionStore } from './session-store.ts';
import type { Sessions } from './sessions.ts';
import { sessionTag } from './tag.ts';
import { noRole, rolesOf } from './user-roles.ts';

/** Identifies the users of sessions, decides their rights, and ends their sessions. */
export interface SessionCallers {
  /**
   * The user of the browser, or the signed-out caller for a browser without a session.
   *
   * @param address of the client, which distinguishes callers without a session
   * @returns `undefined` for a browser without a session, if such browsers have no role
   */
  identify(head: RequestHead, address: () => string): Promise<Caller | undefined>;
  /** The problem of a request without a session. */
  missingSessionProblem(head: RequestHead): RelayProblem;
  /**
   * Checks that the page shows the user who is signed in.
   *
   * @throws RelayProblem `invalid_request`, `session_changed`, `session_ended`
   */
  checkPage(caller: Caller, head: RequestHead): void;
  /** The members of the `/session` answer that only signed-in users have. */
  describe(caller: Caller): Pick<SessionResponse, 'user' | 'session' | 'expiresAt' | 'signInUrl'>;
  entitlement(caller: Caller): Entitlement;
  /** The current rights of the user, and the token for an API call. */
  apiAccess(caller: Caller): Promise<ApiAccess>;
  /** The caller, if this configuration identifies users in the same way; otherwise `undefined`. */
  revalidate(caller: Caller): Caller | undefined;
  /**
   * Reads the session of the caller from the store again. Returns the caller with its current roles, or `undefined` after the end of
   * the session. Other callers are returned unchanged.
   */
  rereadSession(caller: Caller): Promise<Caller | undefined>;
  /** Answers `POST /sign-out`. */
  signOut(head: RequestHead): Promise<{ readonly body: SignOutResponse; readonly setCookie: string }>;
}

/** Dependencies of {@link createSessionCallers}. */
export interface SessionCallerParts {
  readonly policy: Policy;
  readonly memory: SignInMemory;
  readonly sessions: Sessions;
  readonly sessionStore: SessionStore;
  /** Provides the token of a signed-in user. */
  readonly userTokenProvider: (seen: SeenSession) => TokenProvider;
  /** Refuses requests of foreign pages. */
  readonly guard: (head: RequestHead) => void;
  /** Name of the cookie that holds the id of a session. */
  readonly sessionCookie: string;
  /** The `Set-Cookie` header that deletes it. */
  readonly clearSession: () => string;
  /** Where users sign in. */
  readonly url: string;
  /** The problem of a request without a session. */
  readonly signInRequiredProblem: () => RelayProblem;
  /** The problem of a session that has ended. */
  readonly sessionEndedProblem: () => RelayProblem;
}

/** Builds the identification of the users of sessions. */
export function createSessionCallers(
  signIn: SignInConfig,
  {
    policy,
    memory,
    sessions,
    sessionStore,
    userTokenProvider,
    guard,
    sessionCookie,
    clearSession,
    url,
    signInRequiredProblem,
    sessionEndedProblem
  }: SessionCallerParts
): SessionCallers {
  const { client, appUrl, organizations, roles, signedOutRoles } = signIn;
  const absoluteMs = signIn.session.absoluteSeconds * 1000;
  const source = sha256(JSON.stringify([organizations, roles, signedOutRoles, signIn.actAs, client.id]));
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

  async function seen(head: RequestHead): Promise<SeenSession | undefined> {
    const id = sessionIdOf(readCookies(head), sessionCookie);
    return id === undefined ? undefined : sessions.find(id);
  }

  function entitlement(caller: Caller): Entitlement {
    const known = entitlements.get(caller);
    if (known !== undefined) return known;
    const before = memory.seen.get(caller);
    // The roles of this configuration count, even if the caller was identified before a reload.
    const current = before === undefined ? caller : callerOf(before);
    if (current.session !== undefined && current.roles.length === 0) throw noRole();
    const found = limitedToToken(policy.entitlementOfRoles(current.roles), current);
    entitlements.set(caller, found);
    return found;
  }

  return {
    async identify(head, address) {
      const found = await seen(head);
      if (found === undefined && signedOutRoles === undefined) return undefined;
      guard(head);
      if (found !== undefined) return callerOf(found);
      return {
        key: `signed-out:${address()}`,
        subject: 'signed-out',
        identity: 'session',
        roles: signedOutRoles ?? [],
        source
      };
    },

    missingSessionProblem(head) {
      const tag = head.headers[GENESYS_SESSION_HEADER.toLowerCase()];
      return tag === undefined || tag === SIGNED_OUT_SESSION ? signInRequiredProblem() : sessionEndedProblem();
    },

    checkPage(caller, head) {
      if (caller.identity !== 'session') return;
      const tag = head.headers[GENESYS_SESSION_HEADER.toLowerCase()];
      const session = memory.seen.get(caller)?.session;
      if (session === undefined) {
        if (tag !== undefined && tag !== SIGNED_OUT_SESSION) throw sessionEndedProblem();
        return;
      }
      if (tag === undefined) {
        throw new RelayProblem('invalid_request', `The header ${GENESYS_SESSION_HEADER} is missing.`, {
          hint: "Send the member 'session' of the answer of /session. It identifies the user that the page shows."
        });
      }
      if (tag === sessionTag(session.user)) return;
      throw new RelayProblem('session_changed', 'Another user has signed in since the page was loaded.', {
        hint: 'Discard the content of the page, and read /session again.'
      });
    },

    describe(caller) {
      if (caller.identity !== 'session') return {};
      const session = memory.seen.get(caller)?.session;
      if (session === undefined) return { user: null, session: SIGNED_OUT_SESSION, signInUrl: url };
      return {
        user: session.user,
        session: sessionTag(session.user),
        expiresAt: new Date(endOf(session, absoluteMs)).toISOString(),
        signInUrl: url
      };
    },

    entitlement,

    async apiAccess(caller) {
      const before = memory.seen.get(caller);
      if (before === undefined) return { entitlement: entitlement(caller) };
      const now = await sessions.use(before);
      const own = entitlement(callerOf(now));
      return {
        entitlement: own,
        ...(own.tokenScopes !== undefined && { tokenProvider: userTokenProvider(now) })
      };
    },

    revalidate: (caller) => (caller.source === source ? caller : undefined),

    async rereadSession(caller) {
      const { session: name } = caller;
      if (name === undefined) return caller;
      const kept = await sessionStore.read(name);
      return kept && callerOf({ name, session: kept.session });
    },

    async signOut(head) {
      guard(head);
      const found = await seen(head);
      if (found !== undefined) {
        this.checkPage(callerOf(found), head);
        await sessions.end(found.name, 'signed_out');
      }
      const logout = new URL(signIn.logoutEndpoint);
      logout.searchParams.set('client_id', client.id);
      logout.searchParams.set('redirect_uri', appUrl);
      return { body: { logoutUrl: logout.href }, setCookie: clearSession() };
    }
  };
}
