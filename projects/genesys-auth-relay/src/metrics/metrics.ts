import { Registry, collectDefaultMetrics } from 'prom-client';
import type { RelayObserver } from '../runtime/observer.ts';
import { createInstruments } from './instruments.ts';

/** The metrics of a relay. */
export interface RelayMetrics {
  /** Pass it to the relay as `runtime: { observer }`. It turns events into metrics. */
  readonly observer: RelayObserver;
  /** Media type of {@link RelayMetrics.text}. */
  readonly contentType: string;
  /** All metrics in the text format of Prometheus. */
  text(): Promise<string>;
  /** Sets whether the relay takes traffic, for the gauge `genesys_auth_relay_ready`. */
  setReady(ready: boolean): void;
}

/** Options of {@link createRelayMetrics}. */
export interface RelayMetricsOptions {
  /** An existing registry of prom-client, so that a host has all metrics in one place. */
  readonly registry?: Registry;
  /** Whether memory, CPU, garbage collection and the event loop of the process are measured, too. Default: `false`. */
  readonly process?: boolean;
}

/**
 * Metrics for Prometheus. Labels come from short fixed lists (routes, statuses, codes of problems), never from what a caller
 * sends, so their number is bounded. docs/guides/monitoring.md lists the names.
 *
 * `startRelay` creates them itself and serves them at `/metrics` of the admin listener. Use this function when you mount the
 * relay in your own server.
 *
 * @example
 * const metrics = createRelayMetrics();
 * await app.register(genesysAuthRelay, { prefix: '/genesys', config, runtime: { observer: metrics.observer } });
 * admin.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
 */
export function createRelayMetrics(options: RelayMetricsOptions = {}): RelayMetrics {
  const registry = options.registry ?? new Registry();
  if (options.process === true) collectDefaultMetrics({ register: registry });
  const { observer, setReady } = createInstruments(registry);
  return { observer, setReady, contentType: registry.contentType, text: () => registry.metrics() };
}
