import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemCode } from 'genesys-auth-protocol';
import type { RelayConfig } from '../config/config.ts';
import type { RequestHead } from '../guard/request-head.ts';
import type { Caller } from '../identify/caller.ts';
import type { HeaderOptions } from '../reply/headers.ts';
import { logText } from '../reply/safe-text.ts';
import type { Answer } from '../reply/write.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { Trace } from '../runtime/trace.ts';

/**
 * What a host knows about a request, in addition to node:http. A host is the application in whose server the relay is mounted, for
 * example with Express or Fastify.
 */
export interface HostRequest {
  /** Address of the client, for example Fastify's with `trustProxy`. Default: that of the peer. */
  readonly ip?: string;
  /** Id of the request. It is used if it is a UUID. */
  readonly id?: string;
  /** Path of the route that the host's router has found, below the relay's prefix. Default: the URL decides. */
  readonly path?: string | undefined;
}

/** One request while it is served: what the relay knows about it, and what the log needs. */
export interface RequestContext {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  /** Address of the client as the host reports it. See `Relay.clientAddress`. */
  readonly ip: string | undefined;
  /** Path of the route. `other` for a path that the relay does not have, `none` for a URL that is malformed. */
  readonly route: string;
  readonly trace: Trace | undefined;
  /** The headers that the relay puts on the answer. */
  readonly relayHeaders: (options?: Pick<HeaderOptions, 'exposed' | 'vary'>) => Record<string, string>;
  readonly startedAt: number;

  /** Set when the caller is identified, for the log. */
  caller: Caller | undefined;
  /** Set when the answer is a problem, for the log. */
  code: ProblemCode | undefined;
  /** Method and path template of the API operation, for the log. It is never what the caller wrote. */
  operation: string | undefined;
}

/** Serves the requests of a route. Returns `undefined` when it has written the answer itself. */
export type RouteHandler = (context: RequestContext) => Answer | undefined | Promise<Answer | undefined>;

/** Status in the log and the metrics when the caller left before the answer began. No standard has one. nginx uses 499. */
const CALLER_LEFT = 499;

/** Whether the caller is a user of Genesys Cloud, who has signed in or sent their own token. */
const isGenesysUser = (caller: Caller | undefined): boolean =>
  caller?.session !== undefined || caller?.identity === 'genesysToken';

/**
 * The subject of a caller for the log: hashed unless the configuration says `plain`. Logs hold only allow-listed fields, never
 * requests, answers, URLs or bodies.
 */
export const subjectOf = (caller: Caller, subject: 'hashed' | 'plain'): string =>
  subject === 'plain' ? logText(caller.subject) : sha256(caller.key).slice(0, 16);

/** Reports in the log and in the metrics how a request ended. */
export function logRequest(
  context: RequestContext,
  { log: { subject } }: Pick<RelayConfig, 'log'>,
  runtime: RelayRuntime
): void {
  const { clock, log, observer } = runtime;
  const { id, request, response, route, trace, caller, code, operation } = context;
  const durationMs = clock.monotonic() - context.startedAt;
  const status = response.headersSent ? response.statusCode : CALLER_LEFT;
  const identity = caller?.identity;
  const fields = {
    event: 'request',
    requestId: id,
    traceId: trace?.traceId,
    method: request.method,
    route,
    operation,
    status,
    code,
    identity,
    subject: caller && subjectOf(caller, subject),
    durationMs: Math.round(durationMs)
  };
  if (code === undefined) log.info(fields, 'answered');
  else log.warn(fields, 'refused');
  // Writes of users have a separate log line, so that they can be kept longer than the rest of the log.
  if (operation !== undefined && isGenesysUser(caller) && request.method !== 'GET' && request.method !== 'HEAD') {
    const { requestId, subject: who } = fields;
    log.info({ event: 'write', requestId, subject: who, operation, status }, 'a user called a writing operation');
  }
  observer.requestAnswered?.({ route, status, code, identity }, durationMs / 1000);
}
