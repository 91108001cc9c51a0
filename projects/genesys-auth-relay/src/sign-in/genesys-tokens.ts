import type { GenesysTokenIdentityConfig, RelayConfig } from '../config/config.ts';
import { rateLimited } from '../guard/rate.ts';
import type { Caller } from '../identify/caller.ts';
import { invalidCredentials } from '../identify/unauthorized.ts';
import { relayRefused, userCallRefused, isAddressRefused } from '../proxy/api-refusal.ts';
import type { ApiLimits } from '../proxy/limits.ts';
import type { TokenProvider } from '../proxy/token-provider.ts';
import { RelayProblem } from '../reply/problem.ts';
import { createLru } from '../runtime/lru.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { GenesysFailure, createUserApi } from './genesys.ts';
import type { SignInMemory } from './memory.ts';
import { USER } from './user-token-providers.ts';
import { rolesOf } from './user-roles.ts';
import { createTokenVerifier } from './verify-token.ts';

/** How long the result of a check is valid. */
export const CHECKED_MS = 60_000;
const MAX_TOKENS = 10_000;

/** Identifies callers by a Genesys Cloud token of a user. */
export interface GenesysTokens {
  /**
   * @param address of the client, by which failed checks are limited
   * @throws RelayProblem `invalid_credentials`, `rate_limited`, `identity_unavailable`
   */
  identify(token: string, address: string): Promise<Caller>;
  revalidate(caller: Caller): Caller | undefined;
  /** Provides the caller's own token for API calls. */
  tokenProvider(caller: Caller): TokenProvider | undefined;
  close(): Promise<void>;
}

interface Checked {
  readonly caller: Caller;
  readonly until: number;
}

const tokenNotValid = () =>
  invalidCredentials(
    'The Genesys Cloud token is not valid here.',
    'Sign in again, as a user of a listed organization and with a listed OAuth client.'
  );

/** What {@link createGenesysTokens} works with. */
export interface GenesysTokenParts {
  readonly apiLimits: ApiLimits;
  /** Takes one verification of a refused token from the limit of the token. Returns `false` when none is left. */
  readonly takeVerification: (hash: string) => boolean;
  readonly memory: SignInMemory;
}

/** Builds the check of users' tokens; `undefined` when no identity accepts them. */
export function createGenesysTokens(
  identities: readonly GenesysTokenIdentityConfig[],
  config: Pick<RelayConfig, 'genesys'>,
  runtime: RelayRuntime,
  { apiLimits, takeVerification, memory }: GenesysTokenParts
): GenesysTokens | undefined {
  if (identities.length === 0) return undefined;
  const { clock, outbound } = runtime;
  const api = createUserApi(config, outbound);
  const tokenVerifier = createTokenVerifier(api, takeVerification, runtime);
  const fingerprint = sha256(JSON.stringify(identities));
  const checked = createLru<Checked>(MAX_TOKENS);
  const flights = new Map<string, Promise<Caller>>();
  const { failedChecks, firstChecks, moreChecks } = memory.limits;

  async function read(token: string, hash: string): Promise<Caller> {
    const facts = await api.readToken(token, true);
    const identity = identities.find(
      ({ clients, organizations }) =>
        clients.includes(facts.clientId) &&
        organizations.includes(facts.organization.id) &&
        organizations.includes(facts.homeOrganizationId)
    );
    if (identity === undefined) throw tokenNotValid();
    // A token of client credentials has no user, so the API refuses this.
    const user = await api.readUser(token);
    const caller: Caller = {
      key: `genesysToken:${facts.organization.id} ${user.id}`,
      subject: user.id,
      identity: 'genesysToken',
      roles: rolesOf(identity.roles, user),
      source: `${fingerprint} ${hash}`,
      tokenScopes: facts.scopes
    };
    memory.genesysTokens.set(caller, { token, hash });
    memory.acceptedTokens.set(hash, true);
    checked.set(hash, { caller, until: clock.monotonic() + CHECKED_MS });
    return caller;
  }

  /** Takes a check of a token that was not accepted before. Anybody can make up such tokens. */
  function takeFirstCheck(address: string): void {
    const seconds = failedChecks.take(address);
    if (seconds > 0) throw rateLimited(seconds, 'Too many invalid Genesys Cloud tokens came from this address.');
    const secondsOfAll = firstChecks.take('all');
    if (secondsOfAll === 0) return;
    failedChecks.refund(address);
    throw rateLimited(secondsOfAll, 'The relay got too many new Genesys Cloud tokens at the same time.');
  }

  function takeCheck(hash: string): void {
    const seconds = moreChecks.take(hash);
    if (seconds > 0)
      throw rateLimited(seconds, 'This token was checked too often, because Genesys Cloud did not answer.');
  }

  async function check(token: string, hash: string, address: string): Promise<Caller> {
    const isFirst = !memory.acceptedTokens.has(hash);
    if (isFirst) takeFirstCheck(address);
    else takeCheck(hash);
    try {
      const caller = await read(token, hash);
      if (isFirst) failedChecks.refund(address);
      return caller;
    } catch (error) {
      if (!(error instanceof GenesysFailure)) throw error;
      if (error.reason === 'refused') {
        memory.acceptedTokens.delete(hash);
        throw tokenNotValid();
      }
      throw new RelayProblem('identity_unavailable', 'Genesys Cloud does not answer, so the token cannot be checked.', {
        hint: 'Try again.',
        retryAfterSeconds: 5
      });
    }
  }

  return {
    identify(token, address) {
      const hash = sha256(token);
      if (tokenVerifier.isDead(hash)) return Promise.reject(tokenNotValid());
      const known = checked.get(hash);
      if (known !== undefined && clock.monotonic() < known.until) return Promise.resolve(known.caller);
      const before = flights.get(hash);
      if (before !== undefined) return before;
      const flight = check(token, hash, address).finally(() => flights.delete(hash));
      flights.set(hash, flight);
      return flight;
    },

    revalidate: (caller) => (caller.source.startsWith(`${fingerprint} `) ? caller : undefined),

    tokenProvider(caller) {
      const sent = memory.genesysTokens.get(caller);
      if (sent === undefined) return undefined;
      return {
        name: USER,
        limits: apiLimits.of(`token ${sent.hash}`),
        token: () => Promise.resolve(sent),
        onUnauthorized: () => Promise.resolve(),
        async problemOf401(refused, answer) {
          if (isAddressRefused(answer)) return relayRefused(answer);
          const state = await tokenVerifier.verify(refused.hash, refused);
          if (state !== 'dead') return userCallRefused(answer, state);
          checked.delete(refused.hash);
          return tokenNotValid();
        }
      };
    },

    close: () => api.close()
  };
}
