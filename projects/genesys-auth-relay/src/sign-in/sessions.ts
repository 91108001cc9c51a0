import { randomBytes } from 'node:crypto';
import type { ApiToken } from '../proxy/token-provider.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { SessionEnd } from '../runtime/observer.ts';
import type { Pending } from '../runtime/pending.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { type Genesys, GenesysFailure, type TokenState, isRefusedToken } from './genesys.ts';
import type { LiveSessions } from './live.ts';
import { type Session, endOf } from './session.ts';
import type { Kept, SeenSession, SessionStore } from './session-store.ts';
import type { TokenVerifier } from './verify-token.ts';

/** Maximum age of the user's roles, groups and division at an API call. */
export const FACTS_MS = 300_000;
/** The same while Genesys Cloud does not answer. */
export const STALE_FACTS_MS = 900_000;
/** Pause after a failed request to Genesys Cloud. */
const PAUSE_MS = 10_000;
/** A token is renewed this long before it expires, but not before the last tenth of its lifetime. */
const RENEW_BEFORE_MS = 300_000;
/** How often a relay checks whether another one has refreshed the token. */
const LOOK_MS = 50;

/** The sessions of all signed-in users. */
export interface Sessions {
  /** Starts a session. Its id is only in the cookie. */
  start(session: Session): Promise<string>;
  /** The session whose id a cookie holds. Reading does not extend it. */
  find(id: string): Promise<SeenSession | undefined>;
  /**
   * The session for an API call, with a live token and current roles. Extends the idle limit.
   *
   * @throws RelayProblem `session_ended`, `identity_unavailable`
   */
  use(seen: SeenSession): Promise<SeenSession> | SeenSession;
  /**
   * The session with a new access token in place of the one that the API refused.
   *
   * @throws RelayProblem `session_ended`, `identity_unavailable`
   */
  replaceToken(name: string, refused: string): Promise<Session>;
  /**
   * The session after an operation has answered 401, and what is known about the refused token. The token is replaced only if
   * `tokens/me` refuses it, too, because an operation may answer 401 for another reason.
   *
   * @throws RelayProblem `session_ended`, `identity_unavailable`
   */
  replaceDeadToken(name: string, refused: ApiToken): Promise<{ readonly session: Session; readonly state: TokenState }>;
  /**
   * Ends the session if `tokens/me` refuses its token. Returns `dead` if it has ended, and `replaced` if another call has replaced the
   * token.
   */
  endIfDead(name: string, refused: ApiToken): Promise<TokenState | 'replaced'>;
  end(name: string, why: SessionEnd, revoke?: boolean): Promise<void>;
  /** Ends the sessions that have reached the idle limit. Their browsers may be closed, so no request would end them. Never throws. */
  endIdle(): Promise<void>;
}

/** What {@link createSessions} works with. */
export interface SessionParts {
  readonly store: SessionStore;
  readonly genesys: Genesys;
  readonly live: LiveSessions;
  readonly pending: Pending;
  readonly absoluteMs: number;
  /** The problem of a session that has ended. */
  readonly sessionEndedProblem: () => RelayProblem;
  readonly tokenVerifier: TokenVerifier;
  /** Whether the configuration still allows the organization of the user and the OAuth client. */
  readonly isAllowed: (session: Session) => boolean;
}

const unavailable = () =>
  new RelayProblem('identity_unavailable', 'Genesys Cloud does not answer, so the relay cannot check the user.', {
    hint: 'Try again. The session is kept.',
    retryAfterSeconds: 5
  });

/** Key of a session in the store: a hash of the id in its cookie, so that access to the store reveals no cookie. */
export const nameOf = (id: string): string => sha256(id);

/** Whether the API no longer returns the user's own data. */
const isUserGone = ({ status, apiCode }: GenesysFailure): boolean =>
  (status === 401 || status === 403 || status === 404) && apiCode !== 'ip.not.authorized';

/** Whether the same request may succeed soon. */
const isTemporary = ({ status }: GenesysFailure): boolean => status === undefined || status === 429 || status >= 500;

/** Whether the refresh token is no longer valid. A refused client or a rate limit concerns all users and is temporary. */
const isRefreshOver = ({ reason, status = 0 }: GenesysFailure): boolean =>
  reason === 'code_refused' || (reason === 'refused' && status >= 400);

/** Builds the sessions on a store. */
export function createSessions(parts: SessionParts, { clock, observer }: RelayRuntime): Sessions {
  const { store, genesys, live, pending, absoluteMs, sessionEndedProblem, tokenVerifier, isAllowed } = parts;

  /** Completes the end of a session that is no longer in the store. */
  function close(name: string, session: Session, why: SessionEnd, revoke = true): void {
    live.announceEnd(name);
    observer.sessionEnded?.(why);
    if (revoke) void pending.track(genesys.revoke(session.accessToken));
  }

  async function end(name: string, why: SessionEnd, revoke = true): Promise<void> {
    const kept = await store.read(name);
    if (kept === undefined) return;
    await store.remove(name);
    close(name, kept.session, why, revoke);
  }

  async function endDisallowed(name: string): Promise<never> {
    await end(name, 'not_allowed');
    throw sessionEndedProblem();
  }

  /** Changes a session, and keeps concurrent changes of other relays. */
  async function change(name: string, first: Kept, next: (session: Session) => Session): Promise<Session> {
    let kept: Kept | undefined = first;
    while (kept !== undefined) {
      const changed = next(kept.session);
      if (changed === kept.session || (await store.replace(name, kept, changed))) return changed;
      kept = await store.read(name);
    }
    throw sessionEndedProblem();
  }

  /** Reads the scopes of a new token. If that fails, the scopes of the old token stay: the API checks each call anyway. */
  async function readScopes(name: string, session: Session): Promise<Session> {
    const { accessToken } = session;
    const facts = await genesys.readToken(accessToken, false).catch(() => undefined);
    if (facts === undefined) return session;
    const kept = await store.read(name);
    if (kept === undefined) throw sessionEndedProblem();
    const { scopes } = facts;
    return change(name, kept, (latest) => (latest.accessToken === accessToken ? { ...latest, scopes } : latest));
  }

  /** Asks for new tokens, with the lease of the session. */
  async function askForTokens(name: string, kept: Kept): Promise<Session> {
    const { accessToken, refreshToken } = kept.session;
    if (refreshToken === undefined) {
      await end(name, 'token_refused');
      throw sessionEndedProblem();
    }
    const start = clock.now();
    let tokens;
    try {
      tokens = await genesys.refresh(refreshToken);
    } catch (error) {
      if (!(error instanceof GenesysFailure) || !isRefreshOver(error)) throw error;
      await end(name, 'refresh_refused');
      throw sessionEndedProblem();
    }
    const renewed = {
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken ?? refreshToken,
      tokenStart: start,
      tokenEnd: start + tokens.lifetimeSeconds * 1000
    };
    try {
      // If another relay has already replaced the token, its token is kept.
      const now = await change(name, kept, (session) =>
        session.accessToken === accessToken ? { ...session, ...renewed } : session
      );
      if (now.accessToken === tokens.accessToken) return await readScopes(name, now);
      await genesys.revoke(tokens.accessToken);
      return now;
    } catch (error) {
      // The session has ended meanwhile, so the new token must not be used.
      await genesys.revoke(tokens.accessToken);
      throw error;
    }
  }

  async function refresh(name: string, refused: string): Promise<Session> {
    for (;;) {
      const before = await store.read(name);
      if (before === undefined) throw sessionEndedProblem();
      if (before.session.accessToken !== refused) return before.session;
      const giveBack = await store.lease(name);
      if (giveBack === undefined) {
        await clock.sleep(LOOK_MS);
        continue;
      }
      try {
        const kept = await store.read(name);
        if (kept === undefined) throw sessionEndedProblem();
        return kept.session.accessToken === refused ? await askForTokens(name, kept) : kept.session;
      } finally {
        await giveBack();
      }
    }
  }

  async function replaceToken(name: string, refused: string): Promise<Session> {
    try {
      return await live.once(name, `refresh ${sha256(refused)}`, () => pending.track(refresh(name, refused)));
    } catch (error) {
      throw error instanceof GenesysFailure ? unavailable() : error;
    }
  }

  async function replaceDeadToken(name: string, refused: ApiToken): Promise<{ session: Session; state: TokenState }> {
    const kept = await store.read(name);
    if (kept === undefined) throw sessionEndedProblem();
    const { session } = kept;
    // Another call has replaced the token.
    if (session.accessToken !== refused.token) return { session, state: 'dead' };
    const state = await tokenVerifier.verify(name, refused);
    return { session: state === 'dead' ? await replaceToken(name, refused.token) : session, state };
  }

  async function endIfDead(name: string, refused: ApiToken): Promise<TokenState | 'replaced'> {
    const state = await tokenVerifier.verify(name, refused);
    const kept = await store.read(name);
    if (kept === undefined) return 'dead';
    if (kept.session.accessToken !== refused.token) return 'replaced';
    if (state === 'dead') await end(name, 'token_refused');
    return state;
  }

  const isRenewalDue = ({ refreshToken, tokenStart, tokenEnd }: Session): boolean =>
    refreshToken !== undefined && clock.now() >= tokenEnd - Math.min(RENEW_BEFORE_MS, 0.1 * (tokenEnd - tokenStart));

  async function withLiveToken({ name, session }: SeenSession): Promise<Session> {
    const { pauses } = live.of(name);
    const isOver = clock.now() >= session.tokenEnd;
    if (!isRenewalDue(session) || (!isOver && clock.monotonic() < pauses.refresh)) return session;
    try {
      return await replaceToken(name, session.accessToken);
    } catch (error) {
      if (isOver || !(error instanceof RelayProblem) || error.code !== 'identity_unavailable') throw error;
      pauses.refresh = clock.monotonic() + PAUSE_MS;
      return session;
    }
  }

  async function readFacts(name: string, session: Session): Promise<Session> {
    let current = session;
    const read = async () => genesys.readUser(current.accessToken);
    const facts = await read().catch(async (error: unknown) => {
      if (!isRefusedToken(error)) throw error;
      current = await replaceToken(name, current.accessToken);
      return read();
    });
    const kept = await store.read(name);
    if (kept === undefined) throw sessionEndedProblem();
    const { name: userName, email, roleIds, groupIds, divisionId } = facts;
    return change(name, kept, (latest) => ({
      ...latest,
      user: { ...latest.user, name: userName, email },
      facts: { roleIds, groupIds, divisionId },
      readAt: clock.now()
    }));
  }

  async function withFreshFacts({ name, session }: SeenSession): Promise<Session> {
    if (clock.now() - session.readAt < FACTS_MS) return session;
    const state = live.of(name);
    try {
      if (clock.monotonic() >= state.pauses.read) {
        return await live.once(name, 'read', () => pending.track(readFacts(name, session)));
      }
    } catch (error) {
      if (!(error instanceof GenesysFailure)) throw error;
      if (isUserGone(error)) {
        await end(name, 'token_refused');
        throw sessionEndedProblem();
      }
      // Old roles count only while Genesys Cloud is busy or down.
      if (!isTemporary(error)) throw unavailable();
      state.pauses.read = clock.monotonic() + PAUSE_MS;
    }
    if (clock.now() - session.readAt >= STALE_FACTS_MS) throw unavailable();
    return session;
  }

  return {
    async start(session) {
      const id = randomBytes(32).toString('base64url');
      await store.create(nameOf(id), session);
      return id;
    },

    async find(id) {
      const name = nameOf(id);
      const kept = await store.read(name);
      if (kept === undefined) return undefined;
      const { session } = kept;
      const isOver = clock.now() >= endOf(session, absoluteMs);
      if (!isOver && isAllowed(session)) return { name, session };
      await end(name, isOver ? 'expired' : 'not_allowed');
      return undefined;
    },

    use(seen) {
      const { name, session } = seen;
      // The configuration was reloaded after the session was found.
      if (!isAllowed(session)) return endDisallowed(name);
      store.use(name);
      if (!isRenewalDue(session) && clock.now() - session.readAt < FACTS_MS) return seen;
      return (async () => {
        const renewed = await withLiveToken(seen);
        return { name, session: await withFreshFacts({ name, session: renewed }) };
      })();
    },

    replaceToken,
    replaceDeadToken,
    endIfDead,
    end,

    async endIdle() {
      try {
        for await (const { name, session } of store.takeIdle()) close(name, session, 'idle');
      } catch {
        // The store does not answer. The other sessions stay there until a later call.
      }
    }
  };
}
