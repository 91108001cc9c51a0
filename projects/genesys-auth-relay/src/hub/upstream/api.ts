import { Pool } from 'undici';
import { CONNECTIONS } from '../../runtime/connections.ts';
import type { Outbound } from '../../runtime/outbound.ts';

/** Provides the hub's token and handles one that the API refused. */
export interface HubTokens {
  get(): Promise<{ readonly token: string; readonly hash: string }>;
  rejected(hash: string): Promise<void>;
}

/** A channel of the Genesys notification service. */
export interface Channel {
  readonly id: string;
  readonly connectUri: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** Hash of the token that created it. The channel ends with that token. */
  readonly tokenHash: string;
}

/** The result of a subscription. */
export interface Subscription {
  readonly key: string;
  readonly permitted: boolean;
  readonly reason: string;
}

/**
 * The REST half of the notification service. A call fails with an {@link HubApiError}, or with the error of {@link HubTokens} if
 * there is no token.
 */
export interface HubApi {
  createChannel(): Promise<Channel>;
  /** Replaces the topics of a channel, which also extends its lifetime. */
  setTopics(channel: Channel, names: readonly string[]): Promise<readonly Subscription[]>;
  deleteChannel(channel: Channel): Promise<void>;
  /** The ids of all queues or users. */
  list(what: 'queue' | 'user'): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A call to the API failed. `message` holds no body and no token. */
export class HubApiError extends Error {
  override readonly name = 'HubApiError';
  readonly status: number;
  /** Milliseconds the API asks to wait. */
  readonly retryAfterMs: number;

  constructor(status: number, what: string, retryAfterMs = 0) {
    super(`${what}: ${status === 0 ? 'no answer' : `status ${status}`}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

const MAX_PAGES = 50;
const MAX_RETRY_AFTER_MS = 60_000;
const PATHS = { queue: '/api/v2/routing/queues', user: '/api/v2/users' } as const;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const entitiesOf = (body: unknown): readonly Record<string, unknown>[] =>
  isRecord(body) && Array.isArray(body['entities']) ? body['entities'].filter(isRecord) : [];
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * A channel may only connect to the host of its API, or to a host below the region's domain (`api.{domain}` and
 * `streaming.{domain}`).
 */
export function isOwnSocket(connectUri: string, apiOrigin: string): boolean {
  if (!URL.canParse(connectUri)) return false;
  const socket = new URL(connectUri);
  const api = new URL(apiOrigin);
  if (socket.username !== '' || socket.password !== '') return false;
  if (socket.protocol !== (api.protocol === 'https:' ? 'wss:' : 'ws:') && socket.protocol !== 'wss:') return false;
  return socket.host === api.host || socket.hostname.endsWith(`.${api.hostname.replace(/^api\./, '')}`);
}

/** Builds the calls to one origin, with one token. */
export function createHubApi(apiOrigin: string, tokens: HubTokens, timeoutMs: number, outbound: Outbound): HubApi {
  const pool = new Pool(apiOrigin, { ...CONNECTIONS.channels, connect: outbound.connect() });

  async function once(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, token: string, body?: object) {
    try {
      const answer = await pool.request({
        method,
        path,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'user-agent': 'genesys-auth-relay',
          ...(body && { 'content-type': 'application/json' })
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs)
      });
      const text = await answer.body.text();
      const retryAfter = Number(answer.headers['retry-after']) * 1000;
      return { status: answer.statusCode, text, retryAfterMs: Number.isFinite(retryAfter) ? retryAfter : 0 };
    } catch {
      throw new HubApiError(0, `${method} ${path.split('?', 1)[0] ?? ''}`);
    }
  }

  async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) {
    let { token, hash } = await tokens.get();
    let answer = await once(method, path, token, body);
    if (answer.status === 401) {
      await tokens.rejected(hash);
      ({ token, hash } = await tokens.get());
      answer = await once(method, path, token, body);
    }
    const what = `${method} ${path.split('?', 1)[0] ?? ''}`.replace(/channels\/[^/]+/, 'channels/{id}');
    if (answer.status < 200 || answer.status > 299) {
      throw new HubApiError(answer.status, what, Math.min(answer.retryAfterMs, MAX_RETRY_AFTER_MS));
    }
    try {
      const parsed: unknown = answer.text === '' ? undefined : JSON.parse(answer.text);
      return { body: parsed, hash };
    } catch {
      throw new HubApiError(answer.status, `${what} answered without JSON`);
    }
  }

  return {
    async createChannel() {
      const { body, hash } = await call('POST', '/api/v2/notifications/channels');
      const channel = isRecord(body) ? body : {};
      const connectUri = textOf(channel['connectUri']);
      if (!isOwnSocket(connectUri, apiOrigin))
        throw new HubApiError(0, 'The channel points to a host outside the region');
      const expires = Date.parse(textOf(channel['expires']));
      return { id: textOf(channel['id']), connectUri, expires, tokenHash: hash };
    },
    async setTopics({ id }, names) {
      const path = `/api/v2/notifications/channels/${encodeURIComponent(id)}/subscriptions?ignoreErrors=true`;
      const { body } = await call(
        'PUT',
        path,
        names.map((name) => ({ id: name }))
      );
      return entitiesOf(body).map((entity) => ({
        key: textOf(entity['id']).toLowerCase(),
        permitted: textOf(entity['state']).toLowerCase() !== 'rejected',
        reason: textOf(entity['rejectionReason'])
      }));
    },
    async deleteChannel({ id }) {
      await call('DELETE', `/api/v2/notifications/channels/${encodeURIComponent(id)}/subscriptions`);
    },
    async list(what) {
      const ids: string[] = [];
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const { body } = await call('GET', `${PATHS[what]}?pageSize=100&pageNumber=${page}`);
        ids.push(...entitiesOf(body).map(({ id }) => textOf(id)));
        const pages = isRecord(body) ? Number(body['pageCount'] ?? 1) : 1;
        if (!(page < pages)) break;
      }
      return ids.filter((id) => id !== '');
    },
    async close() {
      await pool.destroy();
    }
  };
}
