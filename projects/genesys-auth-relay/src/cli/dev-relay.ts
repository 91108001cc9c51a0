import type { RelayConfig } from '../config/config.ts';
import { type RunningRelay, needsRestart, startRelay } from '../http/server.ts';

/** A relay that applies each change of its configuration. */
export interface DevRelay {
  /** The configuration in use. */
  readonly config: RelayConfig;
  readonly url: string;
  /**
   * Reads the configuration again, and restarts the relay if a change needs that.
   *
   * @throws RelayConfigError, RelayStartError; then the old configuration stays in use
   */
  update(): Promise<void>;
  close(): Promise<void>;
}

/** @param read reads the configuration */
export async function startDevRelay(read: () => Promise<RelayConfig>): Promise<DevRelay> {
  let config = await read();
  let relay: RunningRelay = await startRelay(config);

  async function restart(next: RelayConfig): Promise<void> {
    await relay.close();
    try {
      relay = await startRelay(next);
    } catch (error) {
      relay = await startRelay(config);
      throw error;
    }
  }

  return {
    get config() {
      return config;
    },
    get url() {
      return relay.url;
    },
    async update() {
      const next = await read();
      await (needsRestart(config, next) ? restart(next) : relay.reload(next));
      config = next;
    },
    close: () => relay.close()
  };
}
