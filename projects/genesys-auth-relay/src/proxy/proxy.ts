import type { RelayConfig } from '../config/config.ts';
import type { Caller } from '../identify/caller.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { whenClosed } from '../runtime/when-closed.ts';
import type { TokenSource } from '../token-source/token-source.ts';
import { type ApiAnswer, type WholeAnswer, isWhole } from './answer.ts';
import { type ApiBody, isRepeatable, readApiBody } from './body.ts';
import { type Coalescer, createCoalescer } from './coalesce.ts';
import { type ApiCall, streamAndKeep, streamAnswer, writeWhole } from './api-call.ts';
import type { ApiLimits } from './limits.ts';
import { createRequestHeaders } from './request-headers.ts';
import { type Permit, createRights } from './rights.ts';
import { type ApiAccess, type ApiToken, type TokenProvider, createClientTokenProviders } from './token-provider.ts';
import { createApiPool } from './upstream-api.ts';

/** Maximum bytes of an answer that identical requests share. */
const SHARED_BYTES = 1_048_576;

/** Headers that differ from call to call and change nothing in the answer. */
const PER_CALL = new Set(['authorization', 'traceparent', 'tracestate']);

/** Forwards API calls, with a token that the caller never sees. */
export interface ApiProxy {
  /**
   * Answers one call. If the API breaks its answer off, the connection to the caller closes.
   *
   * @throws RelayProblem
   */
  handle(call: ApiCall): Promise<void>;
  /** Headers that are forwarded in addition to the usual ones. */
  readonly forwardHeaders: readonly string[];
  close(): Promise<void>;
}

/** Dependencies of {@link createApiProxy}. */
export interface ProxyParts {
  readonly tokenSource: TokenSource;
  readonly apiLimits: ApiLimits;
  /** The rights of a caller at the API, and the token with which its calls are sent. */
  apiAccess(caller: Caller): ApiAccess | Promise<ApiAccess>;
  /** Takes one verification of a refused token from the caller's limit. Returns `false` when none is left. */
  readonly takeVerification: (caller: string) => boolean;
}

/** A call that the caller may make, ready to be sent to the API. It is sent again when the API refuses its token. */
interface PermittedCall {
  readonly call: ApiCall;
  readonly permit: Permit;
  readonly tokenProvider: TokenProvider;
  readonly path: string;
  /** Without the token. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ApiBody;
  /** Aborted when the caller closes the connection. */
  readonly signal: AbortSignal;
}

/** Builds the proxy. */
export function createApiProxy(config: RelayConfig, runtime: RelayRuntime, parts: ProxyParts): ApiProxy {
  const { clock, observer, outbound } = runtime;
  const { proxy } = config;
  const pool = createApiPool(config, outbound);
  const permitOf = createRights(config);
  const clientTokenProvider = createClientTokenProviders(parts);
  const headersOf = createRequestHeaders(proxy.forwardHeaders);
  const coalescer = proxy.coalesce ? createCoalescer() : undefined;

  /** Takes one request from the budget; waits only if it has to. Throws if the caller has disconnected. */
  function takeTurn({ tokenProvider, call, signal }: PermittedCall): Promise<void> | undefined {
    signal.throwIfAborted();
    const since = clock.monotonic();
    const wait = tokenProvider.limits.budget.take(call.caller.key, { signal });
    return wait?.then(() => observer.apiQueued?.(tokenProvider.name, clock.monotonic() - since));
  }

  /** Sends the call to the API, and reports the answer to the observer. */
  async function send(permitted: PermittedCall, token?: ApiToken): Promise<ApiAnswer> {
    const { call, tokenProvider, path, headers, body, signal } = permitted;
    const since = clock.monotonic();
    const answer = await pool.send({
      method: call.request.method ?? 'GET',
      path,
      headers: token === undefined ? headers : { authorization: `Bearer ${token.token}`, ...headers },
      body: body.content,
      signal
    });
    observer.apiAnswered?.(tokenProvider.name, answer.statusCode, (clock.monotonic() - since) / 1000);
    return answer;
  }

  /** Sends the call. The body of a 401 or 429 is read, because the relay may answer with a problem instead. */
  async function attempt(permitted: PermittedCall, token: ApiToken): Promise<ApiAnswer | WholeAnswer> {
    const answer = await send(permitted, token);
    const isRead = answer.statusCode === 401 || answer.statusCode === 429;
    return isRead ? pool.readError(answer, permitted.signal) : answer;
  }

  /** The token for a call whose turn has come. */
  async function takeTokenAndTurn(permitted: PermittedCall): Promise<ApiToken> {
    const { tokenProvider } = permitted;
    // The token first: if none can be obtained, the call is not sent, so it must not take a turn.
    const token = await tokenProvider.token();
    const turn = takeTurn(permitted);
    if (turn === undefined) return token;
    await turn;
    // The token may have expired while the call waited.
    return tokenProvider.token();
  }

  /** The token to send a call with once more after a 401, if there is a new one and the body can be sent again. */
  async function tokenAfter401(
    { tokenProvider, body }: PermittedCall,
    refused: ApiToken,
    answer: WholeAnswer
  ): Promise<ApiToken | undefined> {
    await tokenProvider.onUnauthorized(refused, answer);
    if (!isRepeatable(body.content)) return undefined;
    const token = await tokenProvider.token();
    return token.hash === refused.hash ? undefined : token;
  }

  /** Gets the answer for the caller. When the API refuses a dead token, the call is sent again with a new one. */
  async function fetchAnswer(permitted: PermittedCall): Promise<ApiAnswer | WholeAnswer> {
    const { permit, tokenProvider } = permitted;
    // Without a token there is no budget, and a 401 is not about a token.
    if (!permit.takesToken) return send(permitted);
    let token = await takeTokenAndTurn(permitted);
    let answer = await attempt(permitted, token);
    const next =
      isWhole(answer) && answer.statusCode === 401 ? await tokenAfter401(permitted, token, answer) : undefined;
    if (next !== undefined) {
      observer.apiReplayed?.(tokenProvider.name);
      await takeTurn(permitted);
      token = next;
      answer = await attempt(permitted, token);
    }
    if (!isWhole(answer)) return answer;
    if (answer.statusCode === 429) tokenProvider.limits.onRateLimited(permit.operation, answer);
    const problem = answer.statusCode === 401 ? await tokenProvider.problemOf401(token, answer) : undefined;
    if (problem !== undefined) throw problem;
    return answer;
  }

  async function run(permitted: PermittedCall): Promise<void> {
    const answer = await fetchAnswer(permitted);
    if (isWhole(answer)) writeWhole(permitted.call, answer);
    else await streamAnswer(permitted.call, answer, permitted.signal);
  }

  /** Answers from an identical request in flight, or sends it and shares the answer. Only callers with the same roles share. */
  async function share(permitted: PermittedCall, entitlement: Entitlement, flights: Coalescer): Promise<void> {
    const { call, tokenProvider, path, headers, signal } = permitted;
    const same = Object.entries(headers).filter(([name]) => !PER_CALL.has(name));
    const key = JSON.stringify([tokenProvider.name, entitlement.key, path, same]);
    const flight = flights.join(key);
    if (flight !== undefined) {
      const answer = await flight;
      if (signal.aborted) return;
      // Not another shared request: if answers cannot be shared, callers would fetch theirs one after another.
      if (answer === undefined) return run(permitted);
      observer.apiCoalesced?.(tokenProvider.name);
      writeWhole(call, answer);
      return;
    }
    const finish = flights.lead(key);
    let whole: WholeAnswer | undefined;
    try {
      const answer = await fetchAnswer(permitted);
      if (isWhole(answer)) writeWhole(call, answer);
      else whole = await streamAndKeep(call, answer, SHARED_BYTES, signal);
    } finally {
      finish(whole);
    }
  }

  /** Checks a call, and forwards it if it is permitted. */
  async function forward(call: ApiCall, signal: AbortSignal): Promise<void> {
    const { request, caller, head, target, traceparent } = call;
    const method = request.method ?? 'GET';
    const { entitlement, tokenProvider: userTokenProvider } = await parts.apiAccess(caller);
    const permit = permitOf(method, target.path, entitlement);
    call.onOperation(permit.operation);
    const tokenProvider =
      permit.client === undefined ? userTokenProvider : clientTokenProvider(permit.client, caller.key);
    // Cannot happen: for a caller without a token of a user, `permitOf` has named a client or thrown.
    if (tokenProvider === undefined) throw new TypeError('no token for the call');
    tokenProvider.limits.checkPause(permit.operation);
    const body = await readApiBody(request, proxy);
    const headers = headersOf(head, traceparent);
    if (body.readByHost === true) delete headers['content-encoding'];
    if (body.content !== null && body.length !== undefined) headers['content-length'] = String(body.length);
    const permitted: PermittedCall = { call, permit, tokenProvider, path: target.full, headers, body, signal };
    const mayShare = method === 'GET' && body.content === null && head.headers['range'] === undefined;
    await (coalescer !== undefined && mayShare ? share(permitted, entitlement, coalescer) : run(permitted));
  }

  return {
    async handle(call) {
      const { response } = call;
      const disconnect = new AbortController();
      const { signal } = disconnect;
      whenClosed(response, () => {
        if (!response.writableFinished) disconnect.abort();
      });
      try {
        await forward(call, signal);
      } catch (error) {
        // The caller has disconnected, so nobody reads an answer.
        if (signal.aborted) response.destroy();
        else throw error;
      }
    },
    forwardHeaders: proxy.forwardHeaders,
    close: () => pool.close()
  };
}
