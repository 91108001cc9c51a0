import { type RelayConfigInput, type RelayRuntime, type RunningRelay, startRelay } from '../index.ts';
import { type TestClock, testClock } from './clock.ts';
import { SECRET_ENV, configFor } from './config.ts';
import { type TokenServer, startTokenServer } from './token-server.ts';

/** A relay with a test token server and a stopped clock. */
export interface Setup {
  readonly relay: RunningRelay;
  readonly server: TokenServer;
  readonly clock: TestClock;
  close(): Promise<void>;
}

/** Options of a test. */
export interface Change {
  readonly config?: Partial<RelayConfigInput>;
  readonly genesys?: Partial<RelayConfigInput['genesys']>;
  readonly secret?: string;
  readonly runtime?: Partial<RelayRuntime>;
}

/** Starts both. */
export async function setUp({ config, genesys, secret = 'relay-secret', runtime }: Change = {}): Promise<Setup> {
  process.env[SECRET_ENV] = secret;
  const server = await startTokenServer();
  const clock = testClock();
  const relay = await startRelay(configFor(server, config, genesys), { clock, random: () => 0.5, ...runtime });
  return {
    relay,
    server,
    clock,
    close: async () => {
      await relay.close();
      await server.close();
    }
  };
}
