import { randomUUID } from 'node:crypto';
import type { RelayConfig } from '../config/config.ts';
import { keyBytes } from '../config/resolve-store.ts';
import { RelayProblem } from '../reply/problem.ts';
import { createLru } from '../runtime/lru.ts';
import { sha256 } from '../runtime/sha256.ts';
import { type RedisClient, openRedis } from '../store/redis-client.ts';
import { DELETE_VALUE } from '../store/scripts.ts';
import { type Seal, createSeal } from '../store/seal.ts';
import { type Session, readSession, writeSession } from './session.ts';
import type { Kept, SessionStore } from './session-store.ts';

/** Lifetime of a lease: longer than any token request. */
const SHORTEST_LEASE_MS = 10_000;
/** Shortest time between two updates of the idle limit of a session in the store. */
const USE_EVERY_MS = 10_000;
/** Sessions that were opened recently, so that the next call need not decrypt them again. */
const MAX_OPENED = 10_000;

/** How long an idle session stays in the store, so that a relay can revoke its token. Longer than a restart of all relays takes. */
const IDLE_STAYS_MS = 600_000;
/** Sessions that are looked up in the index at once. */
const DUE_AT_ONCE = 100;

// A session is idle when its remaining lifetime is at most IDLE_STAYS_MS.

/** ARGV: the session, its lifetime in milliseconds. */
const KEEP = `return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])`;
/** Reads a session that is not idle. ARGV: the lifetime of idle sessions in milliseconds. */
const READ = `
if redis.call('PTTL', KEYS[1]) <= tonumber(ARGV[1]) then return false end
return redis.call('GET', KEYS[1])`;
/**
 * Replaces a session that has not changed and is not idle, and keeps its remaining lifetime. ARGV: the session as it was read, the
 * new one, the lifetime of idle sessions in milliseconds.
 */
const REPLACE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local life = redis.call('PTTL', KEYS[1])
if life <= tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', life)
return 1`;
/**
 * Removes a session if it is idle, and returns it, so only one relay gets it. Otherwise returns the milliseconds until it becomes
 * idle, or nothing if it does not exist. ARGV: the lifetime of idle sessions in milliseconds.
 */
const TAKE_IDLE = `
local life = redis.call('PTTL', KEYS[1]) - tonumber(ARGV[1])
if life > 0 then return life end
local session = redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
return session`;
/** Adds a session to the index. ARGV: when it has to be looked up, its name, the lifetime of the index in milliseconds. */
const INDEX = `
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[3])`;
const REMOVE_FROM_INDEX = `return redis.call('ZREM', KEYS[1], ARGV[1])`;
/** The time, and the names of sessions that have to be looked up. ARGV: the maximum number of names. */
const DUE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return {now, redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])}`;
const REMOVE = `return redis.call('DEL', KEYS[1])`;
/** ARGV: the lifetime in milliseconds. */
const USE = `return redis.call('PEXPIRE', KEYS[1], ARGV[1])`;
/** ARGV: my name, the lifetime of the lease in milliseconds. */
const LEASE = `return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])`;

const away = (): RelayProblem =>
  new RelayProblem('identity_unavailable', 'The shared store of sessions does not answer.', {
    hint: 'Try again. The session is kept.',
    retryAfterSeconds: 2
  });

/** What {@link createRedisSessions} works with. */
export interface RedisSessionParts {
  readonly client: RedisClient;
  readonly seal: Seal;
  readonly prefix: string;
  /** Name of the index of sessions: relays that revoke tokens with the same client and API share it. */
  readonly index: string;
  readonly idleMs: number;
  readonly leaseMs: number;
}

/**
 * Sessions in Redis or Valkey, sealed, for several relays. A session that is not used becomes idle; one relay takes it, or it expires.
 *
 * An index has the names of all sessions and when each has to be looked up: at once, and then whenever it would be idle without
 * another use. So the use of a session does not change the index.
 *
 * @throws RelayProblem `identity_unavailable` from each function while the store does not answer
 */
export function createRedisSessions({ client, seal, prefix, index, idleMs, leaseMs }: RedisSessionParts): SessionStore {
  // The braces keep both keys on one node of a cluster.
  const placeOf = (name: string) => `${prefix}{session:${name}}`;
  const placeOfIndex = `${prefix}{sessions:${index}}`;
  const lifeMs = String(idleMs + IDLE_STAYS_MS);
  // Longer than any session that is not looked up again.
  const lifeOfIndexMs = String(2 * (idleMs + IDLE_STAYS_MS));
  const idleStaysMs = String(IDLE_STAYS_MS);
  const opened = createLru<{ readonly sealed: Buffer; readonly session: Session }>(MAX_OPENED);
  const used = createLru<true>(MAX_OPENED, { ttl: USE_EVERY_MS });

  async function run<T>(command: Promise<T>): Promise<T> {
    try {
      return await command;
    } catch {
      throw away();
    }
  }

  const sealedOf = (name: string, session: Session) => seal.seal(placeOf(name), writeSession(session));

  function openedOf(name: string, sealed: Buffer): Kept | undefined {
    const before = opened.get(name);
    if (before?.sealed.equals(sealed) === true) return { session: before.session, version: before.sealed };
    const text = seal.open(placeOf(name), sealed);
    const session = text === undefined ? undefined : readSession(text);
    if (session === undefined) return undefined;
    opened.set(name, { sealed, session });
    return { session, version: sealed };
  }

  async function addToIndex(name: string, dueAt: number): Promise<void> {
    await run(client.evalBuffer(INDEX, [placeOfIndex], [String(dueAt), name, lifeOfIndexMs]));
  }

  async function due(): Promise<{ readonly now: number; readonly names: readonly string[] }> {
    const answer = await run(client.evalBuffer(DUE, [placeOfIndex], [String(DUE_AT_ONCE)]));
    const parts: readonly unknown[] = Array.isArray(answer) ? answer : [];
    const [now, names] = parts;
    return { now: Number(now), names: Array.isArray(names) ? names.map(String) : [] };
  }

  return {
    async create(name, session) {
      // Before, because this relay may stop in between. After, because another relay may have removed the name in between.
      await addToIndex(name, 0);
      await run(client.evalBuffer(KEEP, [placeOf(name)], [sealedOf(name, session), lifeMs]));
      await addToIndex(name, 0);
    },

    async read(name) {
      const sealed = await run(client.evalBuffer(READ, [placeOf(name)], [idleStaysMs]));
      return Buffer.isBuffer(sealed) ? openedOf(name, sealed) : undefined;
    },

    use(name) {
      if (used.has(name)) return;
      used.set(name, true);
      // If the store does not answer now, it is asked again soon.
      client.evalBuffer(USE, [placeOf(name)], [lifeMs]).catch(() => used.delete(name));
    },

    async replace(name, { version }, session) {
      if (!Buffer.isBuffer(version)) return false;
      const sealed = sealedOf(name, session);
      return Number(await run(client.evalBuffer(REPLACE, [placeOf(name)], [version, sealed, idleStaysMs]))) === 1;
    },

    async remove(name) {
      opened.delete(name);
      await run(client.evalBuffer(REMOVE, [placeOf(name)], []));
    },

    async *takeIdle() {
      for (;;) {
        const { now, names } = await due();
        for (const name of names) {
          const taken = await run(client.evalBuffer(TAKE_IDLE, [placeOf(name)], [idleStaysMs]));
          if (typeof taken === 'number') await addToIndex(name, now + taken);
          else await run(client.evalBuffer(REMOVE_FROM_INDEX, [placeOfIndex], [name]));
          const kept = Buffer.isBuffer(taken) ? openedOf(name, taken) : undefined;
          opened.delete(name);
          if (kept !== undefined) yield { name, session: kept.session };
        }
        if (names.length < DUE_AT_ONCE) return;
      }
    },

    async lease(name) {
      const place = `${placeOf(name)}:lease`;
      const me = randomUUID();
      const answer = await run(client.evalBuffer(LEASE, [place], [me, String(leaseMs)]));
      if (answer === null) return undefined;
      return async () => {
        // It expires if the store does not answer.
        await client.evalBuffer(DELETE_VALUE, [place], [me]).catch(() => undefined);
      };
    },

    close: () => client.close()
  };
}

/**
 * Opens the store of sessions that the configuration names; `undefined` when there is none.
 *
 * @throws RelayConfigError `config_invalid` when ioredis is not installed
 */
export async function openSessionStore({
  store,
  signIn,
  genesys
}: Pick<RelayConfig, 'store' | 'signIn' | 'genesys'>): Promise<SessionStore | undefined> {
  if (store === undefined || signIn === undefined) return undefined;
  const keys = store.keys.flatMap((key) => keyBytes(key.reveal()) ?? []);
  return createRedisSessions({
    client: await openRedis(store),
    seal: createSeal('sessions', keys),
    prefix: store.prefix,
    index: sha256(JSON.stringify([genesys.apiOrigin, signIn.client.id])).slice(0, 16),
    idleMs: signIn.session.idleSeconds * 1000,
    leaseMs: Math.max(SHORTEST_LEASE_MS, 2 * genesys.timeoutMs)
  });
}
