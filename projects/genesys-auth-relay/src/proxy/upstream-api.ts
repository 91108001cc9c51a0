import { Pool, errors } from 'undici';
import type { RelayConfig } from '../config/config.ts';
import { RelayProblem } from '../reply/problem.ts';
import { passedOn } from '../runtime/connections.ts';
import { errorCode } from '../runtime/error-code.ts';
import { CONTINUE_FIX, UNEXPECTED_CONTINUE, isUnexpectedContinue } from '../runtime/unexpected-continue.ts';
import type { ApiBody } from './body.ts';
import { Delivery } from './delivery.ts';
import type { Presence } from './presence.ts';
import type { AnswerSink, ApiHead } from './sinks.ts';

/** One request to the API. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: ApiBody['content'];
  /** Ends the request when its caller goes. */
  readonly presence: Presence;
}

/** The connections to the API. */
export interface ApiPool {
  /**
   * Sends a request and streams the answer into what `open` returns for its head. A request that does nothing twice is sent
   * once more when a connection that had been idle turns out to be closed.
   *
   * @throws RelayProblem `api_unreachable`, `api_timeout`; anything else as it came, when `open` was called already or the
   *   caller has gone
   */
  send(request: ApiRequest, open: (head: ApiHead) => AnswerSink): Promise<void>;
  close(): Promise<void>;
}

/** Methods that do no more when they are sent twice. */
export const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

function problemOf(error: unknown, host: string): RelayProblem | undefined {
  if (error instanceof RelayProblem) return error;
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.ConnectTimeoutError) {
    return new RelayProblem('api_timeout', `The API at ${host} did not answer in time.`, {
      hint: 'Try again; if it lasts, ask for less at a time, or raise proxy.timeoutMs.'
    });
  }
  if (isUnexpectedContinue(error)) {
    return new RelayProblem('api_unreachable', `The API at ${host} cannot be used (${UNEXPECTED_CONTINUE}).`, {
      hint: CONTINUE_FIX,
      retryAfterSeconds: 5
    });
  }
  // An answer that is not HTTP has no code that says so.
  const code = error instanceof errors.HTTPParserError ? 'no valid HTTP' : errorCode(error);
  if (code === undefined) return undefined;
  return new RelayProblem('api_unreachable', `The API at ${host} cannot be reached (${code}).`, {
    hint: 'Try again; if it lasts, check DNS, firewall and TLS between the relay and the API.',
    retryAfterSeconds: 5
  });
}

/** Connects to the API: a pool bound to its one origin, which no path and no header can change (F10, B11). */
export function createApiPool({ genesys, proxy }: Pick<RelayConfig, 'genesys' | 'proxy'>): ApiPool {
  const { host } = new URL(genesys.apiOrigin);
  const pool = new Pool(genesys.apiOrigin, passedOn(proxy));

  return {
    send({ method, path, headers, body, presence }, open) {
      return new Promise((done, fail) => {
        let mayRepeat = IDEMPOTENT.has(method) && (body === null || Buffer.isBuffer(body));
        const failed = (error: Error, begun: boolean) => {
          if (begun || presence.gone) {
            fail(error);
          } else if (mayRepeat && error instanceof errors.SocketError && !isUnexpectedContinue(error)) {
            mayRepeat = false;
            // Not in the turn in which undici tidies up the connection that was closed.
            queueMicrotask(attempt);
          } else {
            fail(problemOf(error, host) ?? error);
          }
        };
        const attempt = () =>
          pool.dispatch({ method, path, headers, body }, new Delivery({ presence, open, done, failed }));
        attempt();
      });
    },
    close: () => pool.destroy()
  };
}
