import { type RelayConfigInput, type RelayRuntime, type RunningRelay, startRelay } from '../index.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { type TestClock, testClock } from './clock.ts';
import { SECRET_ENV, configFor } from './config.ts';

/** A relay in proxy mode with a test API and a stopped clock. */
export interface ProxySetup {
  readonly relay: RunningRelay;
  readonly api: ApiServer;
  readonly clock: TestClock;
  /** URL of a path of the API at the relay. */
  at(path: string): string;
  close(): Promise<void>;
}

/** Options of a test. */
export interface ProxyChange {
  readonly config?: Partial<RelayConfigInput>;
  readonly genesys?: Partial<RelayConfigInput['genesys']>;
  readonly proxy?: RelayConfigInput['proxy'];
  readonly runtime?: Partial<RelayRuntime>;
}

/** The configuration of {@link setUpProxy}. */
export const proxyConfig = (api: ApiServer, { config, genesys, proxy = {} }: ProxyChange = {}): RelayConfigInput =>
  configFor(
    api,
    { mode: 'proxy', proxy, scopes: ['analytics', 'routing', 'users', 'user-basic-info', 'admin:platform'], ...config },
    genesys
  );

/** Starts both. */
export async function setUpProxy(change: ProxyChange = {}): Promise<ProxySetup> {
  process.env[SECRET_ENV] = 'CANARY-secret';
  const api = await startApiServer();
  const clock = testClock();
  const relay = await startRelay(proxyConfig(api, change), { clock, random: () => 0.5, ...change.runtime });
  return {
    relay,
    api,
    clock,
    at: (path) => `${relay.url}${path}`,
    close: async () => {
      await relay.close();
      await api.close();
    }
  };
}
