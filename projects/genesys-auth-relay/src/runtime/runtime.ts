import { type RelayClock, systemClock } from './clock.ts';
import type { RelayObserver } from './observer.ts';
import { type Outbound, createOutbound } from './outbound.ts';

/** The part of a logger that the relay uses; pino's and Fastify's loggers have it. */
export interface RelayLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** Services around a relay that tests may replace. */
export interface RelayRuntime {
  readonly clock: RelayClock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  readonly log: RelayLogger;
  /** Receives events, for metrics. */
  readonly observer: RelayObserver;
  /** How to connect to other hosts; default: by `HTTPS_PROXY` and `NO_PROXY` of the process. */
  readonly outbound: Outbound;
}

const nothing = (): void => undefined;

/** A logger that writes nothing. */
export const silentLogger: RelayLogger = { info: nothing, warn: nothing, error: nothing, debug: nothing };

/**
 * The real clock and random numbers, and the connections that the environment asks for, unless `parts` replaces them.
 *
 * @param env environment variables: `HTTPS_PROXY` and `NO_PROXY`
 */
export function runtimeOf(parts: Partial<RelayRuntime> = {}, env: NodeJS.ProcessEnv = process.env): RelayRuntime {
  const { log = silentLogger } = parts;
  return {
    clock: systemClock,
    random: Math.random,
    log,
    observer: {},
    outbound:
      parts.outbound ??
      createOutbound(env, ({ code, message, hint }) => {
        log.warn({ event: 'proxy_failed', code, hint }, message);
      }),
    ...parts
  };
}
