import { randomUUID } from 'node:crypto';
import type { ProblemCode } from 'genesys-auth-protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RelayConfig } from '../config/config.ts';
import { type RequestFacts, factsOf } from '../guard/facts.ts';
import type { Caller } from '../identify/caller.ts';
import { callerFields } from '../reply/log-fields.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { type Trace, readTrace } from '../runtime/trace.ts';

/** What the relay remembers of a request until it is answered. */
export interface Visit {
  readonly id: string;
  readonly facts: RequestFacts;
  readonly start: number;
  readonly trace: Trace | undefined;
  caller?: Caller;
  code?: ProblemCode;
  /** Operation of the API that was called: method and path template, never what the caller wrote. */
  operation?: string;
}

/** The requests that are under way. */
export interface Visits {
  /** What is remembered of a request; begun when first asked for. */
  readonly of: (request: FastifyRequest) => Visit;
  /**
   * Says in the log and in the metrics how a request ended.
   *
   * @param route path of the relay, or `other`; never what the caller wrote
   */
  end(request: FastifyRequest, reply: FastifyReply, route: string): void;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Keeps what belongs to a request beside it, so that a host's request objects stay as they are. */
export function createVisits({ log: { subject } }: Pick<RelayConfig, 'log'>, runtime: RelayRuntime): Visits {
  const { clock, log, observer } = runtime;
  const visits = new WeakMap<FastifyRequest, Visit>();

  function of(request: FastifyRequest): Visit {
    const known = visits.get(request);
    if (known !== undefined) return known;
    const id = UUID.test(request.id) ? request.id : randomUUID();
    const facts = factsOf(request.raw);
    const visit = { id, facts, start: clock.monotonic(), trace: readTrace(facts.headers['traceparent']) };
    visits.set(request, visit);
    return visit;
  }

  return {
    of,
    end(request, reply, route) {
      const { id, start, caller, code, trace, operation } = of(request);
      const status = reply.statusCode;
      const durationMs = clock.monotonic() - start;
      const fields = {
        event: 'request',
        requestId: id,
        ...(trace === undefined ? {} : { traceId: trace.traceId }),
        method: request.method,
        route,
        ...(operation === undefined ? {} : { operation }),
        status,
        ...(code === undefined ? {} : { code }),
        ...callerFields(caller, subject),
        durationMs: Math.round(durationMs)
      };
      if (code === undefined) log.info(fields, 'answered');
      else log.warn(fields, 'refused');
      observer.requestAnswered?.({ route, status, code, identity: caller?.identity }, durationMs / 1000);
    }
  };
}
