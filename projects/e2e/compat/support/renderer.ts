import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { firstLineOf } from '../../support/first-line.ts';

/** A process that renders the pages of an app. */
export interface Renderer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts the server build of an app; with a relay, its pages are rendered with the visitor's credential. */
export async function startRenderer(
  app: string,
  relay: string | undefined,
  node = process.execPath
): Promise<Renderer> {
  const child = spawn(node, [join(app, 'dist/server/server.mjs')], {
    env: { ...process.env, RELAY_URL: relay },
    stdio: ['ignore', 'pipe', 'pipe']
  });
  const line = await firstLineOf('The renderer', child);
  const { port } = JSON.parse(line) as { port: number };
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit').once('exit', () => {
          resolve();
        });
        child.kill();
      })
  };
}
