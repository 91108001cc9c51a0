import type { RelayConfig } from '../config/config.ts';
import type { Caller } from '../identify/caller.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { whenClosed } from '../runtime/when-closed.ts';
import type { TokenSource } from '../source/token-source.ts';
import { type ApiAnswer, type WholeAnswer, isWhole, readError } from './answer.ts';
import { type ApiBody, readApiBody } from './body.ts';
import { type Coalescer, createCoalescer } from './coalesce.ts';
import { type ApiExchange, streamAndKeep, streamAnswer, writeWhole } from './exchange.ts';
import { createApiLimits } from './limits.ts';
import { createRequestHeaders } from './request-headers.ts';
import { type Permit, createRights } from './rights.ts';
import { type Acting, type Sender, type SentToken, createServiceSenders } from './sender.ts';
import { createApiPool } from './upstream-api.ts';

/** Maximum bytes of a 401 or 429 body that are read. */
const ERROR_BYTES = 65_536;
/** Maximum bytes of an answer that identical requests share. */
const SHARED_BYTES = 1_048_576;

/** Headers that differ from call to call and change nothing in the answer. */
const PER_CALL = new Set(['authorization', 'traceparent', 'tracestate']);

/** Forwards API calls, with a token that the caller never sees. */
export interface ApiProxy {
  /**
   * Answers one call. Problems before the head of the answer is sent are thrown, later ones close the connection.
   *
   * @throws RelayProblem
   */
  handle(exchange: ApiExchange): Promise<void>;
  /** Headers that are forwarded in addition to the usual ones. */
  readonly forwardHeaders: readonly string[];
  close(): Promise<void>;
}

/** What the proxy takes from the rest of the relay. */
export interface ProxyParts {
  readonly source: TokenSource;
  /** The rights and the token with which a caller calls the API. */
  act(caller: Caller): Acting | Promise<Acting>;
  /** Takes one verification of a refused token from the caller's budget. */
  readonly mayVerify: (caller: string) => boolean;
}

/** A permitted request that is ready to be sent, once or twice. */
interface Call {
  readonly exchange: ApiExchange;
  readonly permit: Permit;
  /** Provides the token and the budget. */
  readonly sender: Sender;
  readonly path: string;
  /** Without the token. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ApiBody;
  /** Aborted when the caller closes the connection. */
  readonly signal: AbortSignal;
}

/** Builds the proxy. */
export function createApiProxy(config: RelayConfig, runtime: RelayRuntime, parts: ProxyParts): ApiProxy {
  const { clock, observer } = runtime;
  const { proxy } = config;
  const pool = createApiPool(config);
  const rights = createRights(config);
  const serviceSender = createServiceSenders({ ...parts, limits: createApiLimits(config, clock) });
  const headersOf = createRequestHeaders(proxy.forwardHeaders);
  const flights = proxy.coalesce ? createCoalescer() : undefined;

  /** Takes one request from the budget; waits only if it has to. */
  function takeTurn({ sender, exchange, signal }: Call): Promise<void> | undefined {
    const since = clock.monotonic();
    const wait = sender.budget.take(exchange.caller.key, { signal });
    return wait?.then(() => observer.apiQueued?.(sender.name, clock.monotonic() - since));
  }

  /** Sends the call once. */
  async function send(call: Call, token: SentToken): Promise<ApiAnswer> {
    const { exchange, permit, sender, path, headers, body, signal } = call;
    const since = clock.monotonic();
    const answer = await pool.send({
      method: exchange.request.method ?? 'GET',
      path,
      headers: permit.takesToken ? { authorization: `Bearer ${token.token}`, ...headers } : headers,
      body: body.content,
      signal
    });
    observer.apiAnswered?.(sender.name, answer.statusCode, (clock.monotonic() - since) / 1000);
    return answer;
  }

  /** Sends the call. A 401 and a 429 are read, because the caller may get a different answer. */
  async function attempt(call: Call, token: SentToken): Promise<ApiAnswer | WholeAnswer> {
    const answer = await send(call, token);
    return answer.statusCode === 401 || answer.statusCode === 429 ? readError(answer, ERROR_BYTES) : answer;
  }

  /** Gets the answer for the caller. When the API refuses a dead token, the call is sent again with a new one. */
  async function fetchAnswer(call: Call): Promise<ApiAnswer | WholeAnswer> {
    const { permit, sender, body } = call;
    // The token first: a call without a token never reaches the API and must not spend the budget.
    let token = await sender.token();
    const turn = takeTurn(call);
    if (turn !== undefined) {
      await turn;
      // The token may have expired while the call waited.
      token = await sender.token();
    }
    let answer = await attempt(call, token);
    if (isWhole(answer) && answer.statusCode === 401 && permit.takesToken) {
      await sender.refused(token, answer);
      const repeatable = body.content === null || Buffer.isBuffer(body.content);
      const fresh = repeatable ? await sender.token() : token;
      if (fresh.hash !== token.hash) {
        observer.apiReplayed?.(sender.name);
        await takeTurn(call);
        token = fresh;
        answer = await attempt(call, token);
      }
    }
    if (!isWhole(answer)) return answer;
    if (answer.statusCode === 429) sender.note(permit.operation, answer);
    const refusal = answer.statusCode === 401 && permit.takesToken ? await sender.refusal(token, answer) : undefined;
    if (refusal !== undefined) throw refusal;
    return answer;
  }

  async function run(call: Call): Promise<void> {
    const answer = await fetchAnswer(call);
    if (isWhole(answer)) writeWhole(call.exchange, answer);
    else await streamAnswer(call.exchange, answer, call.signal);
  }

  /** Answers from an identical request in flight, or sends it and shares the answer. Only callers with the same roles share. */
  async function share(call: Call, entitlement: Entitlement, flights: Coalescer): Promise<void> {
    const { exchange, sender, path, headers, signal } = call;
    const same = Object.entries(headers).filter(([name]) => !PER_CALL.has(name));
    const key = JSON.stringify([sender.name, entitlement.key, path, same]);
    const flight = flights.join(key);
    if (flight !== undefined) {
      const answer = await flight;
      if (signal.aborted) return;
      // Not another shared request: if answers cannot be shared, callers would fetch theirs one after another.
      if (answer === undefined) return run(call);
      observer.apiCoalesced?.(sender.name);
      writeWhole(exchange, answer);
      return;
    }
    const finish = flights.lead(key);
    let whole: WholeAnswer | undefined;
    try {
      const answer = await fetchAnswer(call);
      if (isWhole(answer)) writeWhole(exchange, answer);
      else whole = await streamAndKeep(exchange, answer, SHARED_BYTES, signal);
    } finally {
      finish(whole);
    }
  }

  /** Checks a call, and forwards it if it is permitted. */
  async function answer(exchange: ApiExchange, signal: AbortSignal): Promise<void> {
    const { request, caller, head, target, traceparent } = exchange;
    const method = request.method ?? 'GET';
    const { entitlement, sender: own } = await parts.act(caller);
    const permit = rights(method, target.path, entitlement);
    exchange.name(permit.operation);
    const sender = permit.client === undefined ? own : serviceSender(permit.client, caller.key);
    // The rights of a caller without its own token always lead to an OAuth client.
    if (sender === undefined) throw new TypeError('no token for the call');
    sender.check(permit.operation);
    const body = await readApiBody(request, proxy);
    const headers = headersOf(head, traceparent);
    if (body.content !== null && body.length !== undefined) headers['content-length'] = String(body.length);
    const call: Call = { exchange, permit, sender, path: target.full, headers, body, signal };
    const mayShare = method === 'GET' && body.content === null && head.headers['range'] === undefined;
    await (flights !== undefined && mayShare ? share(call, entitlement, flights) : run(call));
  }

  return {
    async handle(exchange) {
      const { response } = exchange;
      const caller = new AbortController();
      const { signal } = caller;
      whenClosed(response, () => {
        if (!response.writableFinished) caller.abort();
      });
      try {
        await answer(exchange, signal);
      } catch (error) {
        if (!signal.aborted && !response.headersSent) throw error;
        // The caller disconnected, or the API ended its answer early: a partial answer must not look complete.
        const broken = !signal.aborted;
        response.destroy();
        if (broken) exchange.broke();
      }
    },
    forwardHeaders: proxy.forwardHeaders,
    close: () => pool.close()
  };
}
