import { AsyncLocalStorage } from 'node:async_hooks';

/** The trace that a request belongs to, in W3C Trace Context form. */
export interface Trace {
  /** The header as received. It is forwarded unchanged, because the relay adds no span. */
  readonly traceparent: string;
  /** 32 hexadecimal digits, for the log. */
  readonly traceId: string;
}

const FORM = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Reads `traceparent`. A malformed one is ignored (W3C Trace Context section 3.2). */
export function readTrace(header: string | undefined): Trace | undefined {
  if (header === undefined) return undefined;
  const traceId = FORM.exec(header)?.[1];
  return traceId === undefined ? undefined : { traceparent: header, traceId };
}

const current = new AsyncLocalStorage<Trace>();

/** Runs a function as part of a trace, so that its requests to other hosts continue the trace. */
export const inTrace = <T>(trace: Trace | undefined, act: () => T): T =>
  trace === undefined ? act() : current.run(trace, act);

/** Headers for a request to another host: `traceparent` of the request that caused it, or none. */
export function traceHeaders(): Readonly<Record<string, string>> {
  const trace = current.getStore();
  return trace === undefined ? {} : { traceparent: trace.traceparent };
}
