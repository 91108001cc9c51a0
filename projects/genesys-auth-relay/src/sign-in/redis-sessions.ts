import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { RelayConfig } from '../config/config.ts';
import { keyBytes } from '../config/resolve-store.ts';
import { RelayProblem } from '../reply/problem.ts';
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

/** ARGV: the session, its lifetime in milliseconds. */
const KEEP = `return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])`;
/** Replaces a session that has not changed, and keeps its remaining lifetime. ARGV: the session as it was read, the new one. */
const REPLACE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local life = redis.call('PTTL', KEYS[1])
if life <= 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', life)
return 1`;
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
  readonly idleMs: number;
  readonly leaseMs: number;
}

/**
 * Sessions in Redis or Valkey, sealed, for several relays. Each entry expires after the idle limit unless the session is used.
 *
 * @throws RelayProblem `identity_unavailable` from each function while the store does not answer
 */
export function createRedisSessions({ client, seal, prefix, idleMs, leaseMs }: RedisSessionParts): SessionStore {
  // The braces keep both keys on one node of a cluster.
  const placeOf = (name: string) => `${prefix}{session:${name}}`;
  const opened = new LRUCache<string, { readonly sealed: Buffer; readonly session: Session }>({ max: MAX_OPENED });
  const used = new LRUCache<string, true>({ max: MAX_OPENED, ttl: USE_EVERY_MS });

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
    if (before?.sealed.equals(sealed) === true) return { session: before.session, witness: before.sealed };
    const text = seal.open(placeOf(name), sealed);
    const session = text === undefined ? undefined : readSession(text);
    if (session === undefined) return undefined;
    opened.set(name, { sealed, session });
    return { session, witness: sealed };
  }

  return {
    async create(name, session) {
      await run(client.evalBuffer(KEEP, [placeOf(name)], [sealedOf(name, session), String(idleMs)]));
    },

    async read(name) {
      const sealed = await run(client.getBuffer(placeOf(name)));
      return sealed === null ? undefined : openedOf(name, sealed);
    },

    use(name) {
      if (used.has(name)) return;
      used.set(name, true);
      // If the store does not answer now, it is asked again soon.
      client.evalBuffer(USE, [placeOf(name)], [String(idleMs)]).catch(() => used.delete(name));
    },

    async replace(name, { witness }, session) {
      if (!Buffer.isBuffer(witness)) return false;
      const sealed = sealedOf(name, session);
      return Number(await run(client.evalBuffer(REPLACE, [placeOf(name)], [witness, sealed]))) === 1;
    },

    async remove(name) {
      opened.delete(name);
      await run(client.evalBuffer(REMOVE, [placeOf(name)], []));
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
    idleMs: signIn.session.idleSeconds * 1000,
    leaseMs: Math.max(SHORTEST_LEASE_MS, 2 * genesys.timeoutMs)
  });
}
