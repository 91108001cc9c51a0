import { SIGN_IN_PATHS } from 'genesys-auth-protocol';
import type { SignInConfig } from '../config/config.ts';
import type { RelayConfig } from '../config/config.ts';
import { keyBytes } from '../config/resolve-store.ts';
import type { RequestHead } from '../guard/request-head.ts';
import type { Policy } from '../policy/policy.ts';
import type { ApiLimits } from '../proxy/limits.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { Pending } from '../runtime/pending.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { createSeal } from '../store/seal.ts';
import type { SignInAnswer } from './answer.ts';
import { createCallback } from './callback.ts';
import { createCookieJar } from './cookies.ts';
import { createUserLogin } from './genesys.ts';
import { createSessionGuard } from './guard.ts';
import type { SignInMemory } from './memory.ts';
import { createReturnTo } from './return-to.ts';
import type { Session } from './session.ts';
import { type SessionCallers, createSessionCallers } from './session-callers.ts';
import type { SessionStore } from './session-store.ts';
import { createSessions } from './sessions.ts';
import { createStart } from './start.ts';
import { createTransactions } from './transactions.ts';
import { createUserTokenProviders } from './user-token-providers.ts';
import { createTokenVerifier } from './verify-token.ts';

/** How often the relay ends idle sessions. */
const END_IDLE_EVERY_MS = 60_000;

/** Signs users in with Genesys Cloud, and identifies them. */
export interface SignIn extends SessionCallers {
  /** Where users sign in. */
  readonly url: string;
  /** The page that a user can always return to. */
  appUrl(head: RequestHead): string;
  /** Answers `GET /sign-in`. */
  start(head: RequestHead, query: string, address: string): SignInAnswer;
  /** Answers the callback. */
  finish(head: RequestHead, query: string, address: string): Promise<SignInAnswer>;
  close(): Promise<void>;
}

/** Dependencies of {@link createSignIn}. */
export interface SignInParts {
  readonly policy: Policy;
  readonly memory: SignInMemory;
  readonly apiLimits: ApiLimits;
  /** Takes one verification of a refused token from a limit by key. Returns `false` when none is left. */
  readonly takeVerification: (key: string) => boolean;
  readonly pending: Pending;
  /** The store in which several relays keep their sessions; `undefined`: in memory. */
  readonly store: SessionStore | undefined;
}

/** Builds sign-in from a checked configuration. */
export function createSignIn(
  config: RelayConfig,
  signIn: SignInConfig,
  runtime: RelayRuntime,
  { policy, memory, apiLimits, takeVerification, pending, store }: SignInParts
): SignIn {
  const { clock } = runtime;
  const { client, redirectUri, appUrl, organizations } = signIn;
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
  const genesys = createUserLogin(config, signIn, runtime);
  const absoluteMs = signIn.session.absoluteSeconds * 1000;

  const problem = (code: 'session_ended' | 'sign_in_required', message: string): RelayProblem =>
    new RelayProblem(code, message, { hint: 'Sign in with Genesys Cloud.', signInUrl: url });
  const sessionEndedProblem = () => problem('session_ended', 'The session has ended.');

  const isListed = (organizationId: string) => organizations.includes(organizationId);
  const isAllowed = ({ clientId, user, homeOrganizationId }: Session) =>
    clientId === client.id && isListed(user.organization.id) && isListed(homeOrganizationId);

  const sessionStore = store ?? memory.sessions.store(signIn.session.idleSeconds * 1000);
  const sessions = createSessions(
    {
      store: sessionStore,
      genesys,
      live: memory.live,
      pending,
      absoluteMs,
      sessionEndedProblem,
      tokenVerifier: createTokenVerifier(genesys, takeVerification, runtime),
      isAllowed
    },
    runtime
  );
  const idleTimer = setInterval(() => void sessions.endIdle(), END_IDLE_EVERY_MS).unref();

  const userTokenProvider = createUserTokenProviders({ sessions, apiLimits, sessionEndedProblem });

  const start = createStart(signIn, { returnTo, transactions, sessionCookie });
  const callback = createCallback(
    signIn,
    {
      transactions,
      exchanges: memory.limits.exchanges,
      genesys,
      sessions,
      sessionStore,
      pending,
      setSession: (id) => jar.set(sessionCookie, id, sameSite)
    },
    runtime
  );
  const callers = createSessionCallers(signIn, {
    policy,
    memory,
    sessions,
    sessionStore,
    userTokenProvider,
    guard: createSessionGuard([origin, ...config.cors.origins]),
    sessionCookie,
    clearSession: () => jar.clear(sessionCookie, sameSite),
    url,
    signInRequiredProblem: () => problem('sign_in_required', 'No user is signed in.'),
    sessionEndedProblem
  });

  function overLimit(address: string): SignInAnswer | undefined {
    const seconds = memory.limits.addresses.take(address, signIn.requestsPerMinute);
    if (seconds === 0) return undefined;
    return {
      kind: 'page',
      problem: new RelayProblem('rate_limited', 'Too many users sign in from this address at the same time.', {
        hint: `Wait ${seconds} s, then sign in again.`,
        retryAfterSeconds: seconds
      })
    };
  }

  return {
    url,
    appUrl: () => appUrl,
    start: (head, query, address) => overLimit(address) ?? start(head, query),
    finish: async (head, query, address) => overLimit(address) ?? callback(head, query, address),
    ...callers,

    async close() {
      clearInterval(idleTimer);
      await genesys.close();
    }
  };
}
