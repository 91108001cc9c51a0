import { Pool, errors } from 'undici';
import type { RelayConfig } from '../config/config.ts';
import { RelayProblem } from '../reply/problem.ts';
import { proxyPoolOptions } from '../runtime/connections.ts';
import { errorCode } from '../runtime/error-code.ts';
import { type Outbound, ProxyError } from '../runtime/outbound.ts';
import { readCapped } from '../runtime/read-capped.ts';
import { CONTINUE_FIX, UNEXPECTED_CONTINUE, isUnexpectedContinue } from '../runtime/unexpected-continue.ts';
import type { ApiAnswer, WholeAnswer } from './answer.ts';
import { type ApiBody, isRepeatable } from './body.ts';

/** One request to the API. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ApiBody['content'];
  /** Aborts the request and the answer. */
  readonly signal: AbortSignal;
}

/** The connections to the API. */
export interface ApiPool {
  /**
   * Sends a request and resolves when the head of the answer is there. If the connection breaks before that, an idempotent request
   * whose body is not streamed is sent once more.
   *
   * @throws RelayProblem `api_unreachable`, `api_timeout`; the reason of the signal when that is aborted
   */
  send(request: ApiRequest): Promise<ApiAnswer>;
  /**
   * Reads the body of an error. Leaves out a body of more than {@link ERROR_BYTES}.
   *
   * @throws what `send` throws, when the body breaks off or stops
   */
  readError(answer: ApiAnswer, signal: AbortSignal): Promise<WholeAnswer>;
  close(): Promise<void>;
}

/** Maximum bytes of a 401 or 429 body that are read. */
const ERROR_BYTES = 65_536;

/** Methods that have the same effect when they are sent twice (RFC 9110 section 9.2.2). */
export const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

const TIMEOUTS = [errors.ConnectTimeoutError, errors.HeadersTimeoutError, errors.BodyTimeoutError];

/** The problem of a request that failed; other errors stay as they are. */
function apiProblemOf(error: unknown, host: string): unknown {
  if (error instanceof RelayProblem) return error;
  if (TIMEOUTS.some((timeout) => error instanceof timeout)) {
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
  if (code === undefined) return error;
  return new RelayProblem('api_unreachable', `The API at ${host} cannot be reached (${code}).`, {
    hint:
      error instanceof ProxyError
        ? error.hint
        : 'Try again; if it lasts, check DNS, firewall and TLS between the relay and the API.',
    retryAfterSeconds: 5
  });
}

/** Connects to the API: a pool bound to its one origin, which no path and no header can change (F10, B11). */
export function createApiPool({ genesys, proxy }: Pick<RelayConfig, 'genesys' | 'proxy'>, outbound: Outbound): ApiPool {
  const { host } = new URL(genesys.apiOrigin);
  const options = proxyPoolOptions(proxy);
  const pool = new Pool(genesys.apiOrigin, { ...options, connect: outbound.connect(options.connect) });

  function mayRepeat({ method, body, signal }: ApiRequest, error: unknown): boolean {
    const mayBeSentTwice = IDEMPOTENT.has(method) && isRepeatable(body);
    return mayBeSentTwice && !signal.aborted && error instanceof errors.SocketError && !isUnexpectedContinue(error);
  }

  return {
    async send(request) {
      try {
        return await pool.request(request).catch((error: unknown) => {
          if (mayRepeat(request, error)) return pool.request(request);
          throw error;
        });
      } catch (error) {
        throw request.signal.aborted ? error : apiProblemOf(error, host);
      }
    },
    async readError({ statusCode, headers, body }, signal) {
      try {
        const { bytes, cut } = await readCapped(body, ERROR_BYTES);
        // A longer body is not an error that the relay knows.
        return { statusCode, headers, body: cut ? Buffer.alloc(0) : bytes };
      } catch (error) {
        throw signal.aborted ? error : apiProblemOf(error, host);
      }
    },
    close: () => pool.destroy()
  };
}
