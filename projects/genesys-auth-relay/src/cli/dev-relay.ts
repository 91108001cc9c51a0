import type { RelayConfig } from '../config/config.ts';
import { type RunningRelay, needsRestart, startRelay } from '../http/server.ts';
import { isSameOutbound } from '../runtime/outbound.ts';

/** What a relay starts with. */
export interface DevInput {
  readonly config: RelayConfig;
  /** Environment variables. */
  readonly env: NodeJS.ProcessEnv;
}

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

/** @param read reads the configuration and the environment variables */
export async function startDevRelay(read: () => Promise<DevInput>): Promise<DevRelay> {
  let input = await read();
  const start = ({ config, env }: DevInput): Promise<RunningRelay> => startRelay(config, {}, env);
  let relay = await start(input);

  async function restart(next: DevInput): Promise<void> {
    await relay.close();
    try {
      relay = await start(next);
    } catch (error) {
      relay = await start(input);
      throw error;
    }
  }

  return {
    get config() {
      return input.config;
    },
    get url() {
      return relay.url;
    },
    async update() {
      const next = await read();
      const isRestartNeeded = needsRestart(input.config, next.config) || !isSameOutbound(input.env, next.env);
      await (isRestartNeeded ? restart(next) : relay.reload(next.config));
      input = next;
    },
    close: () => relay.close()
  };
}
