import { Agent, type Dispatcher, errors, request } from 'undici';
import { errorCode } from '../runtime/error-code.ts';
import { type Outbound, ProxyError } from '../runtime/outbound.ts';
import { readCapped } from '../runtime/read-capped.ts';
import { UNEXPECTED_CONTINUE, isUnexpectedContinue } from '../runtime/unexpected-continue.ts';
import { decoded } from '../token-source/decoded.ts';
import { parseObject } from '../runtime/parse-object.ts';

const MAX_BYTES = 65_536;

/** An answer, read up to 64 KB. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
  /** The body as a JSON object, if it is one. */
  readonly body: Record<string, unknown> | undefined;
  /** Local time halfway between request and answer, milliseconds since the epoch. */
  readonly at: number;
}

/** No answer. */
export interface NoAnswer {
  readonly kind: 'none';
  readonly timedOut: boolean;
  /** Code of the network error, such as `ECONNREFUSED`, or {@link UNEXPECTED_CONTINUE}. */
  readonly code: string | undefined;
  /** What the proxy of the network did, if that is the reason. */
  readonly proxy?: string;
}

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** Connections to use instead of the usual ones, for example with a certificate of the client. */
  readonly via?: Dispatcher;
}

/** Sends requests, each with a time limit. Follows no redirect. */
export interface HttpClient {
  send(request: HttpRequest): Promise<Answer | NoAnswer>;
  close(): Promise<void>;
}

function timedOut(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted ||
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError
  );
}

async function readText(body: AsyncIterable<unknown>, encoding?: string): Promise<string> {
  const bytes = (await readCapped(body, MAX_BYTES)).bytes.subarray(0, MAX_BYTES);
  // A body that cannot be decompressed is judged unchanged.
  return (decoded(bytes, encoding, MAX_BYTES) ?? bytes).toString('utf8').replace(/^\uFEFF/, '');
}

/**
 * Opens connections for one examination.
 *
 * @param timeoutMs time limit of each request in milliseconds
 * @param now local time, milliseconds since the epoch
 * @param ca certificate authority of the servers, if it is not a well-known one
 */
export function createHttpClient(timeoutMs: number, now: () => number, outbound: Outbound, ca?: string): HttpClient {
  const dispatcher = new Agent({
    connections: 2,
    keepAliveTimeout: 1000,
    connect: outbound.connect(ca === undefined ? {} : { ca })
  });
  return {
    async send({ method, url, headers, body, via }) {
      const signal = AbortSignal.timeout(timeoutMs);
      const before = now();
      try {
        const common = { dispatcher: via ?? dispatcher, method, headers, signal };
        const answer = await request(url, body === undefined ? common : { ...common, body });
        const header = (name: string): string | undefined => {
          const value = answer.headers[name];
          return Array.isArray(value) ? value[0] : value;
        };
        const text = await readText(answer.body, header('content-encoding'));
        return {
          kind: 'answer',
          status: answer.statusCode,
          header,
          text,
          body: parseObject(text),
          at: (before + now()) / 2
        };
      } catch (error) {
        const code = isUnexpectedContinue(error) ? UNEXPECTED_CONTINUE : errorCode(error);
        const proxy = error instanceof ProxyError ? { proxy: error.message } : {};
        return { kind: 'none', timedOut: timedOut(error, signal), code, ...proxy };
      }
    },
    close: () => dispatcher.destroy()
  };
}
