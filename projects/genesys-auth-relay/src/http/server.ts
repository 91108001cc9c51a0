import type { Server } from 'node:http';
import type { RelayConfig } from '../config/config.ts';
import { RelayConfigError } from '../config/error.ts';
import { resolveConfig } from '../config/parse.ts';
import type { RelayConfigInput } from '../config/schema.ts';
import { errorCode } from '../runtime/error-code.ts';
import { createRelayMetrics } from '../metrics/metrics.ts';
import { createLogger } from '../runtime/logger.ts';
import { type RelayRuntime, runtimeOf } from '../runtime/runtime.ts';
import { createAdmin } from './admin.ts';
import { type ListenAt, closeServer, listen } from './bind.ts';
import { createPublicServer } from './public-server.ts';
import { logStart } from './start-log.ts';

/** The relay cannot listen. */
export class RelayStartError extends Error {
  override readonly name = 'RelayStartError';
  readonly code: 'port_taken' | 'listen_failed';
  /** What to do about it. */
  readonly hint: string;

  constructor(code: 'port_taken' | 'listen_failed', message: string, hint: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}

type Reloadable = RelayConfigInput | RelayConfig;

/** A relay that listens. */
export interface RunningRelay {
  /** Base URL of the relay, for example `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Base URL of `/livez`, `/readyz` and `/metrics`; empty when the admin listener is off. */
  readonly adminUrl: string;
  /**
   * Applies another configuration. Requests that have begun finish with the old one, and live tokens are kept.
   * `listen`, `admin`, `notifications`, `hsts`, `log`, and the `limits` of bodies and connections need a restart: changes to
   * them are logged and have no effect. Concurrent calls are applied in order.
   *
   * @param config the configuration, or a promise of it: if that fails, the failure counts as a refused configuration
   * @throws RelayConfigError `config_invalid`, also when `mode` changes or `notifications` is removed; then the whole old
   *   configuration stays in use
   */
  readonly reload: (config: Reloadable | Promise<Reloadable>) => Promise<void>;
  /** Stops: answers open requests and accepts no new ones. */
  readonly close: () => Promise<void>;
  /** Reports "not ready" at once, continues to serve for `limits.drainMs`, then closes. */
  readonly drain: () => Promise<void>;
}

/** Starts to listen. Reports why it cannot. */
async function start(server: Server, at: ListenAt, key: string): Promise<string> {
  try {
    return await listen(server, at);
  } catch (error) {
    const code = errorCode(error) ?? 'unknown error';
    const where = `port ${at.port} on ${at.host}`;
    if (code === 'EADDRINUSE') {
      const hint = `Stop that program, or choose another ${key}.port.`;
      throw new RelayStartError('port_taken', `Another program has ${where} already.`, hint, error);
    }
    throw new RelayStartError(
      'listen_failed',
      `The relay cannot listen on ${where} (${code}).`,
      `Check ${key}.`,
      error
    );
  }
}

/** Sections that are read once, at the start. */
const FIXED = ['listen', 'admin', 'notifications', 'hsts', 'log'] as const;
const FIXED_LIMITS = ['bodyBytes', 'headersTimeoutMs', 'requestTimeoutMs', 'drainMs'] as const;

/** The changed sections that have no effect before a restart. */
const ineffectiveChanges = (first: RelayConfig, next: RelayConfig): readonly string[] => [
  ...FIXED.filter((key) => JSON.stringify(next[key]) !== JSON.stringify(first[key])),
  ...FIXED_LIMITS.filter((key) => next.limits[key] !== first.limits[key]).map((key) => `limits.${key}`)
];

/** Whether a change has no effect, or is refused, before a restart. */
export const needsRestart = (first: RelayConfig, next: RelayConfig): boolean =>
  next.mode !== first.mode || ineffectiveChanges(first, next).length > 0;

/**
 * Refuses changes that need a restart. An edit of a file must not make the relay issue tokens, and the apps depend on the mode,
 * too. Without its section the hub has no OAuth client for its token.
 */
function checkReload(first: RelayConfig, next: RelayConfig): void {
  const issues = [];
  if (next.mode !== first.mode) {
    const message = `is ${next.mode}, and the relay runs in ${first.mode} mode`;
    issues.push({ key: 'mode', message, fix: 'restart the relay to change its mode' });
  }
  if (first.notifications !== false && next.notifications === false) {
    const message = 'is missing, and the relay runs with the notification hub';
    issues.push({ key: 'notifications', message, fix: 'keep the section, or restart the relay to remove the hub' });
  }
  if (issues.length > 0) throw new RelayConfigError(issues);
}

async function reloadConfig(
  first: RelayConfig,
  next: Reloadable | Promise<Reloadable>,
  replace: (config: RelayConfig) => Promise<void>,
  { log, observer }: RelayRuntime
): Promise<void> {
  try {
    const config = resolveConfig(await next);
    checkReload(first, config);
    await replace(config);
    observer.reloaded?.('config', 'applied');
    log.info(
      { event: 'config_reloaded', needRestart: ineffectiveChanges(first, config) },
      'the new configuration is in use'
    );
    for (const warning of config.warnings) log.warn({ event: 'config_warning' }, warning);
  } catch (error) {
    observer.reloaded?.('config', 'refused');
    log.error({ event: 'config_refused' }, 'the new configuration is not valid; the old one stays in use');
    throw error;
  }
}

/**
 * Starts a relay with its two listeners: the public one and the one for the platform.
 *
 * @param config the configuration, as written or checked
 * @param parts clock, random numbers and logger, for tests
 * @param env environment variables: `HTTPS_PROXY` and `NO_PROXY`
 * @throws RelayConfigError `config_invalid`; RelayStartError `port_taken`, `listen_failed`
 * @example
 * const relay = await startRelay(await loadRelayConfig('relay.yaml'));
 */
export async function startRelay(
  config: RelayConfigInput | RelayConfig,
  parts: Partial<RelayRuntime> = {},
  env: NodeJS.ProcessEnv = process.env
): Promise<RunningRelay> {
  const checked = resolveConfig(config);
  const metrics = checked.admin === false ? undefined : createRelayMetrics({ process: true });
  const runtime = runtimeOf(
    {
      log: createLogger(checked),
      ...(metrics && { observer: metrics.observer }),
      ...parts
    },
    env
  );
  let ready = false;
  const setReady = (isReady: boolean) => {
    ready = isReady;
    metrics?.setReady(isReady);
  };
  let draining = false;
  let reloads = Promise.resolve();
  const publicServer = await createPublicServer(checked, runtime, () => draining);
  const { server, relay } = publicServer;
  const admin = metrics && createAdmin(() => ready, metrics, runtime.log);
  let closed: Promise<unknown> | undefined;
  const close = async () => {
    setReady(false);
    closed ??= Promise.all([publicServer.close(), admin && closeServer(admin)]);
    await closed;
  };
  try {
    const url = await start(server, checked.listen, 'listen');
    const adminUrl = admin && checked.admin !== false ? await start(admin, checked.admin, 'admin') : '';
    setReady(true);
    logStart(checked, runtime.log);
    return {
      url,
      adminUrl,
      close,
      reload: (next) => {
        const config = Promise.resolve(next);
        // It may fail before its turn.
        config.catch(() => undefined);
        const mine = reloads.then(() => reloadConfig(checked, config, publicServer.reload, runtime));
        reloads = mine.catch(() => undefined);
        return mine;
      },
      drain: async () => {
        setReady(false);
        draining = true;
        relay.hub?.drain();
        await runtime.clock.sleep(checked.limits.drainMs);
        await close();
      }
    };
  } catch (error) {
    await close();
    throw error;
  }
}
