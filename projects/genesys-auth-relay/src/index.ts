// Codes such as T5 in the comments of this package stand for requirements: see requirements/ids.tsv.
export { type ConfigIssue, RelayConfigError } from './config/error.ts';
export { type RelayConfig } from './config/config.ts';
export { type RelayConfigInput } from './config/schema.ts';
export { loadRelayConfig } from './config/load.ts';
export { parseRelayConfig } from './config/parse.ts';
export { type RelayHandler, type RelayHandlerOptions, createRelayHandler } from './http/relay-handler.ts';
export { RelayStartError, type RunningRelay, startRelay } from './http/server.ts';
export { type RelayMetrics, type RelayMetricsOptions, createRelayMetrics } from './metrics/metrics.ts';
export { type RelayClock } from './runtime/clock.ts';
export { type RelayObserver, type StoreEvent, type TokenServed } from './runtime/observer.ts';
export { type RelayLogger, type RelayRuntime } from './runtime/runtime.ts';
export {
  type ServerToken,
  type ServerTokenSource,
  type TokenSourceConfig,
  TokenSourceError,
  type TokenSourceOptions,
  createTokenSource
} from './server-side/server-token-source.ts';
