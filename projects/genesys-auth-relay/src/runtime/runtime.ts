import { type RelayClock, systemClock } from './clock.ts';
import type { RelayObserver } from './observer.ts';

/** The part of a logger that the relay uses; pino's and Fastify's loggers have it. */
export interface RelayLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** What surrounds a relay and a test may replace. */
export interface RelayRuntime {
  readonly clock: RelayClock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  readonly log: RelayLogger;
  /** Is told what happens, for metrics. */
  readonly observer: RelayObserver;
}

const nothing = (): void => undefined;

/** A logger that says nothing. */
export const silentLogger: RelayLogger = { info: nothing, warn: nothing, error: nothing, debug: nothing };

/** The real clock and chance, and the parts given. */
export const runtimeOf = (parts: Partial<RelayRuntime> = {}): RelayRuntime => ({
  clock: systemClock,
  random: Math.random,
  log: silentLogger,
  observer: {},
  ...parts
});
