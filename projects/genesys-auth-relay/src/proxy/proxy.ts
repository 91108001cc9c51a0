import type { ClientConfig, RelayConfig } from '../config/config.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { slotOf } from '../source/cache-key.ts';
import type { SourceToken, TokenSource } from '../source/token-source.ts';
import { UpstreamError } from '../source/upstream-error.ts';
import { apiRefused } from './api-refusal.ts';
import { type ApiBody, NO_BODY, hasBody, readApiBody } from './body.ts';
import { createCoalescer } from './coalesce.ts';
import { type ApiExchange, openAnswer, writeWhole } from './exchange.ts';
import { createApiLimits } from './limits.ts';
import { Presence } from './presence.ts';
import { AUTHORIZATION_AT, createRequestHeaders } from './request-headers.ts';
import { type Permit, createRights } from './rights.ts';
import { type AnswerSink, type ApiHead, Copier, Held, type WholeAnswer, headerOf } from './sinks.ts';
import { createApiPool } from './upstream-api.ts';

/** Bytes of a 401 or 429 that are read before it is passed on. */
const HELD_BYTES = 65_536;
/** Bytes of an answer that is shared between callers who asked the same at the same time. */
const SHARED_BYTES = 1_048_576;

/** Headers that differ from call to call and change nothing in the answer. */
const PER_CALL = new Set(['authorization', 'traceparent', 'tracestate']);

/** Passes calls of the API on, with a token that the caller never sees. */
export interface ApiProxy {
  /**
   * Answers one call. Problems before the head of the answer is out are thrown, later ones cut the connection.
   *
   * @throws RelayProblem
   */
  handle(exchange: ApiExchange): Promise<void>;
  /** Headers that pass beside the usual ones. */
  readonly forwardHeaders: readonly string[];
  close(): Promise<void>;
}

/** What the proxy takes from the rest of the relay. */
export interface ProxyParts {
  readonly source: TokenSource;
  entitlement(roles: readonly string[]): Entitlement;
  /** Takes one verification of a refused token from the caller's budget. */
  mayVerify(caller: string): boolean;
}

/** A request that is judged and ready to be sent, once or twice. */
interface Call {
  readonly exchange: ApiExchange;
  readonly permit: Permit;
  /** Which token of the client's pool goes with it, and whose budget it takes from. */
  readonly slot: number;
  readonly path: string;
  /** Names and values in turn; the token comes in when it is sent. */
  readonly headers: string[];
  readonly body: ApiBody;
  readonly presence: Presence;
  /** Where the answer goes, once its head is there. */
  readonly open: (head: ApiHead) => AnswerSink;
}

/** Builds the proxy. */
export function createApiProxy(config: RelayConfig, runtime: RelayRuntime, parts: ProxyParts): ApiProxy {
  const { clock, observer } = runtime;
  const { proxy } = config;
  const { source } = parts;
  const pool = createApiPool(config);
  const rights = createRights(config);
  const limits = createApiLimits(config, clock);
  const headersOf = createRequestHeaders(proxy.forwardHeaders);
  const flights = proxy.coalesce ? createCoalescer() : undefined;

  async function tokenOf(client: ClientConfig, slot: number): Promise<SourceToken> {
    try {
      return await source.get(client, client.scopes, slot);
    } catch (error) {
      throw error instanceof UpstreamError ? error.problem : error;
    }
  }

  /** Takes one request from the budget; waits only if it has to. */
  function takeTurn({ permit: { client }, slot, exchange, presence }: Call): Promise<void> | undefined {
    const since = clock.monotonic();
    const wait = limits.budget(client, slot).take(exchange.caller.key, presence);
    return wait?.then(() => observer.apiQueued?.(client.name, clock.monotonic() - since));
  }

  /** Sends the call once. An answer that may not be the last word is held back. */
  function send({ exchange, permit, path, headers, body, presence, open }: Call, token: SourceToken, held: Held) {
    const since = clock.monotonic();
    const method = exchange.request.method ?? 'GET';
    headers[AUTHORIZATION_AT] = `Bearer ${token.token}`;
    // The name before it and the value.
    const sent = permit.takesToken ? headers : headers.toSpliced(AUTHORIZATION_AT - 1, 2);
    return pool.send({ method, path, headers: sent, body: body.content, presence }, (head) => {
      observer.apiAnswered?.(permit.client.name, head.statusCode, (clock.monotonic() - since) / 1000);
      return head.statusCode === 401 || head.statusCode === 429 ? held.hold(head) : open(head);
    });
  }

  async function run(call: Call): Promise<void> {
    const { exchange, permit, slot, body } = call;
    const { client, operation } = permit;
    const { key } = exchange.caller;
    // The token first: a call that gets none never reaches the API and must not spend the budget.
    let token = source.ready(client, client.scopes, slot) ?? (await tokenOf(client, slot));
    const turn = takeTurn(call);
    if (turn !== undefined) {
      await turn;
      // The token may have expired while the call waited.
      token = source.ready(client, client.scopes, slot) ?? (await tokenOf(client, slot));
    }
    let held = new Held(HELD_BYTES);
    await send(call, token, held);
    if (held.answer?.status === 401 && permit.takesToken) {
      await source.report(client, client.scopes, token.hash, () => parts.mayVerify(key));
      const repeatable = body.content === null || Buffer.isBuffer(body.content);
      const fresh = repeatable ? await tokenOf(client, slot) : token;
      if (fresh.hash !== token.hash) {
        observer.apiReplayed?.(client.name);
        await takeTurn(call);
        token = fresh;
        held = new Held(HELD_BYTES);
        await send(call, token, held);
      }
    }
    const { answer } = held;
    if (answer === undefined) return;
    if (answer.status === 429) limits.note(client, slot, operation, answer);
    if (answer.status === 401 && permit.takesToken) {
      // A dead token was replaced: the caller may send its long body again.
      if (source.ready(client, client.scopes, slot)?.hash === token.hash) throw apiRefused(answer);
    }
    writeWhole(exchange, answer);
  }

  /** Answers from an identical request in flight, or leads one itself. Only callers with the same roles share. */
  async function share(call: Call, entitlement: Entitlement): Promise<void> {
    const { exchange, permit, path, headers } = call;
    const same = headers.filter((_, index) => !PER_CALL.has(headers[index - (index % 2)] ?? ''));
    const key = JSON.stringify([permit.client.name, entitlement.key, path, same]);
    const flight = flights?.join(key);
    if (flight !== undefined) {
      const answer = await flight;
      if (call.presence.gone) return;
      // Not the next flight: of answers that cannot be shared, all who wait would fetch theirs one after another.
      if (answer === undefined) return run(call);
      observer.apiCoalesced?.(permit.client.name);
      writeWhole(exchange, answer);
      return;
    }
    const finish = flights?.lead(key);
    let copy: { readonly head: ApiHead; readonly sink: Copier } | undefined;
    const open = (head: ApiHead): AnswerSink => {
      const passer = openAnswer(exchange, head);
      const long = Number(headerOf(head.headers, 'content-length') ?? 0) > SHARED_BYTES;
      if (head.statusCode < 200 || head.statusCode > 299 || long) return passer;
      copy = { head, sink: new Copier(passer, SHARED_BYTES) };
      return copy.sink;
    };
    let whole: WholeAnswer | undefined;
    try {
      await run({ ...call, open });
      if (copy !== undefined && !copy.sink.cut) {
        whole = { status: copy.head.statusCode, headers: copy.head.headers, body: copy.sink.bytes };
      }
    } finally {
      finish?.(whole);
    }
  }

  /** Judges a call, and passes it on if it may be. */
  function answer(exchange: ApiExchange, presence: Presence): Promise<void> {
    const { request, caller, facts, target, traceparent } = exchange;
    const method = request.method ?? 'GET';
    const entitlement = parts.entitlement(caller.roles);
    const permit = rights(method, target.path, entitlement);
    exchange.name(permit.operation);
    limits.check(permit.client, permit.operation);
    const pass = (body: ApiBody): Promise<void> => {
      const headers = headersOf(facts, traceparent);
      if (body.content !== null && body.length !== undefined) headers.push('content-length', String(body.length));
      const call: Call = {
        exchange,
        permit,
        slot: slotOf(permit.client, caller.key),
        path: target.full,
        headers,
        body,
        presence,
        open: (head) => openAnswer(exchange, head)
      };
      const mayShare = flights !== undefined && method === 'GET' && body.content === null;
      return mayShare && facts.headers['range'] === undefined ? share(call, entitlement) : run(call);
    };
    return hasBody(request) ? readApiBody(request, proxy).then(pass) : pass(NO_BODY);
  }

  return {
    async handle(exchange) {
      const { response } = exchange;
      const presence = new Presence(response);
      try {
        await answer(exchange, presence);
      } catch (error) {
        if (!presence.gone && !response.headersSent) throw error;
        // The caller has gone, or the API broke off in the middle: the half answer must not look like a whole one.
        exchange.takeOver();
        response.destroy();
        if (!presence.gone) exchange.broke();
      }
    },
    forwardHeaders: proxy.forwardHeaders,
    close: () => pool.close()
  };
}
