import { Pool, errors } from 'undici';
import type { Credential, GenesysConfig } from '../config/config.ts';
import { RelayProblem } from '../reply/problem.ts';
import { CONNECTIONS } from '../runtime/connections.ts';
import { errorCode } from '../runtime/error-code.ts';
import { ProxyError } from '../runtime/outbound.ts';
import { readCapped } from '../runtime/read-capped.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { traceHeaders } from '../runtime/trace.ts';
import { CONTINUE_FIX, UNEXPECTED_CONTINUE, isUnexpectedContinue } from '../runtime/unexpected-continue.ts';
import { signAssertion } from './assertion.ts';
import { createCertificatePools } from './certificate-pools.ts';
import { decoded } from './decoded.ts';
import { type Granted, isError, readTokenAnswer } from './token-answer.ts';
import { parseObject } from '../runtime/parse-object.ts';
import { tokenRequest } from './token-request.ts';
import { UpstreamError, retryAfterMs, upstreamError } from './upstream-error.ts';

/** Maximum bytes of an answer that are read. A token answer is small. */
const MAX_ANSWER_BYTES = 65_536;

/** What the relay asks about its own tokens: the token endpoint issues them, and the API tells whether one is dead. */
export interface Upstream {
  /**
   * Asks for a token, once.
   *
   * @throws UpstreamError
   */
  requestToken(credential: Credential, scopes: readonly string[], timeLimitMs: number): Promise<Granted>;
  /** Asks the API whether it refuses a token: `true` only for an unambiguous 401. Never throws. */
  isDead(token: string): Promise<boolean>;
  close(): Promise<void>;
}

const tooLong = () =>
  new RelayProblem('upstream_invalid_response', 'The answer of the token endpoint is larger than 64 KB.', {
    hint: "Check that 'tokenEndpoint' is the URL of an OAuth token endpoint."
  });

/**
 * Reads an answer up to the limit. For a longer error, such as the page of a proxy, the status is enough.
 *
 * @param encoding `Content-Encoding`; a server may compress although the relay does not ask for it
 */
async function readAnswer(body: AsyncIterable<unknown>, isError: boolean, encoding?: string): Promise<string> {
  const { bytes, cut } = await readCapped(body, MAX_ANSWER_BYTES);
  if (cut && isError) return '';
  if (cut) throw new UpstreamError(tooLong(), 'once');
  const text = decoded(bytes, encoding, MAX_ANSWER_BYTES)?.toString('utf8') ?? '';
  return text.replace(/^\uFEFF/, '');
}

function networkError(error: unknown, timedOut: boolean, endpoint: URL): UpstreamError {
  if (isUnexpectedContinue(error)) {
    const message = `The answer of the token endpoint at ${endpoint.host} cannot be read (${UNEXPECTED_CONTINUE}).`;
    return new UpstreamError(new RelayProblem('upstream_invalid_response', message, { hint: CONTINUE_FIX }), 'once');
  }
  const timeout =
    timedOut ||
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError;
  const problem = timeout
    ? new RelayProblem('upstream_timeout', `The token endpoint at ${endpoint.host} did not answer in time.`, {
        hint: 'Try again; if it lasts, check the network between the relay and the OAuth server, or raise genesys.timeoutMs.',
        retryAfterSeconds: 5
      })
    : new RelayProblem(
        'upstream_unreachable',
        `The token endpoint at ${endpoint.host} cannot be reached (${errorCode(error) ?? 'no connection'}).`,
        {
          hint:
            error instanceof ProxyError
              ? error.hint
              : 'Try again; if it lasts, check DNS, firewall and TLS between the relay and the OAuth server.',
          retryAfterSeconds: 5
        }
      );
  return new UpstreamError(problem, 'transient');
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Connects to the token endpoint and the API. Each pool is bound to its origin: no answer can redirect it. */
export function createUpstream(
  genesys: GenesysConfig,
  { clock, outbound }: Pick<RelayRuntime, 'clock' | 'outbound'>
): Upstream {
  const endpoint = new URL(genesys.tokenEndpoint);
  const login = new Pool(endpoint.origin, { ...CONNECTIONS.tokenEndpoint, connect: outbound.connect() });
  const api = new Pool(genesys.apiOrigin, { ...CONNECTIONS.api, connect: outbound.connect() });
  const byCertificate = createCertificatePools(endpoint.origin, CONNECTIONS.tokenEndpoint, outbound);

  async function requestOf(credential: Credential, scopes: readonly string[]) {
    const assertion =
      credential.auth === 'private_key_jwt' ? await signAssertion(credential, genesys, clock) : undefined;
    const pool = credential.auth === 'tls_client_auth' ? byCertificate.of(credential) : login;
    const { headers, body } = tokenRequest(genesys, credential, scopes, assertion);
    return { pool, headers: { ...headers, ...traceHeaders() }, body };
  }

  async function ask({ pool, headers, body }: Awaited<ReturnType<typeof requestOf>>, signal: AbortSignal) {
    const path = `${endpoint.pathname}${endpoint.search}`;
    const answer = await pool.request({ method: 'POST', path, headers, body, signal });
    const encoding = single(answer.headers['content-encoding']);
    const text = await readAnswer(answer.body, answer.statusCode > 299, encoding);
    return { status: answer.statusCode, text, retryAfter: single(answer.headers['retry-after']) };
  }

  const askAbout = (token: string, method: 'HEAD' | 'GET', signal: AbortSignal) =>
    api.request({
      method,
      path: '/api/v2/tokens/me',
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'genesys-auth-relay' },
      signal
    });

  /** A 401 may concern the address of the relay instead of the token. Only the body shows that, and `HEAD` has none. */
  async function isAddressRefused(token: string, signal: AbortSignal): Promise<boolean> {
    const { statusCode, headers, body } = await askAbout(token, 'GET', signal);
    const error = parseObject(await readAnswer(body, true, single(headers['content-encoding'])));
    return statusCode !== 401 || error?.['code'] === 'ip.not.authorized';
  }

  return {
    async requestToken(credential, scopes, timeLimitMs) {
      const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeLimitMs)));
      // Outside of the attempt: an error here is not a network error.
      const request = await requestOf(credential, scopes);
      let answer;
      try {
        answer = await ask(request, signal);
      } catch (error) {
        throw error instanceof UpstreamError ? error : networkError(error, signal.aborted, endpoint);
      }
      const { status, text, retryAfter } = answer;
      const body = parseObject(text);
      if (status < 200 || status > 299 || isError(body?.['error'])) {
        throw upstreamError({ status, body, retryAfterMs: retryAfterMs(retryAfter, clock.now()) }, scopes);
      }
      try {
        return readTokenAnswer(text);
      } catch (error) {
        throw error instanceof RelayProblem ? new UpstreamError(error, 'once') : error;
      }
    },

    async isDead(token) {
      // One limit for both requests: a caller waits for them, and then for its token.
      const signal = AbortSignal.timeout(genesys.timeoutMs);
      try {
        const answer = await askAbout(token, 'HEAD', signal);
        await answer.body.dump();
        return answer.statusCode === 401 && !(await isAddressRefused(token, signal));
      } catch {
        // An unreachable API has not refused the token: it is dropped only after an unambiguous 401.
        return false;
      }
    },

    async close() {
      await Promise.all([login.destroy(), api.destroy(), byCertificate.close()]);
    }
  };
}
