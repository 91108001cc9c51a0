import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemCode } from 'genesys-auth-protocol';
import type { RelayConfig } from '../config/config.ts';
import { type RequestFacts, factsOf } from '../guard/facts.ts';
import type { Caller } from '../identify/caller.ts';
import { subjectOf } from '../reply/log-fields.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { type Trace, readTrace } from '../runtime/trace.ts';

/** What the relay remembers of a request until it is answered. */
export interface Visit {
  readonly id: string;
  readonly facts: RequestFacts;
  readonly start: number;
  readonly trace: Trace | undefined;
  caller: Caller | undefined;
  code: ProblemCode | undefined;
  /** Operation of the API that was called: method and path template, never what the caller wrote. */
  operation: string | undefined;
}

/** How a request ended. */
export interface VisitEnd {
  readonly method: string;
  readonly status: number;
  /** Path of the relay, or `other`; never what the caller wrote. */
  readonly route: string;
}

/** The requests that are under way. */
export interface Visits {
  /** Begins to remember a request, under the id it has already if that is a UUID. */
  begin(request: IncomingMessage, id?: string): Visit;
  /** Says in the log and in the metrics how a request ended. */
  end(visit: Visit, end: VisitEnd): void;
}

/** Status in the log and the metrics of a request whose caller left before its answer began. No standard has one; this is nginx's. */
export const CALLER_LEFT = 499;

/** The status of an answer, or that nobody waited for it any more. */
export const answeredStatus = (response: ServerResponse): number =>
  response.headersSent ? response.statusCode : CALLER_LEFT;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether the call was sent with a token of a user. */
const isUser = (caller: Caller | undefined): boolean =>
  caller?.session !== undefined || caller?.identity === 'genesysToken';

/** What is remembered of requests, and said of them at their end. */
export function createVisits({ log: { subject } }: Pick<RelayConfig, 'log'>, runtime: RelayRuntime): Visits {
  const { clock, log, observer } = runtime;
  return {
    begin(request, id) {
      const facts = factsOf(request);
      return {
        id: id !== undefined && UUID.test(id) ? id : randomUUID(),
        facts,
        start: clock.monotonic(),
        trace: readTrace(facts.headers['traceparent']),
        caller: undefined,
        code: undefined,
        operation: undefined
      };
    },

    end(visit, { method, status, route }) {
      const { caller, code, operation } = visit;
      const durationMs = clock.monotonic() - visit.start;
      const identity = caller?.identity;
      const line = {
        event: 'request',
        requestId: visit.id,
        traceId: visit.trace?.traceId,
        method,
        route,
        operation,
        status,
        code,
        identity,
        subject: caller && subjectOf(caller, subject),
        durationMs: Math.round(durationMs)
      };
      if (code === undefined) log.info(line, 'answered');
      else log.warn(line, 'refused');
      // What users change is on record by itself, whatever else of the log is kept.
      if (operation !== undefined && isUser(caller) && method !== 'GET' && method !== 'HEAD') {
        const { requestId, subject: who } = line;
        log.info({ event: 'write', requestId, subject: who, operation, status }, 'a user called a writing operation');
      }
      observer.requestAnswered?.({ route, status, code, identity }, durationMs / 1000);
    }
  };
}
