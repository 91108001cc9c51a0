#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { run } from './cli/run.ts';

const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const version =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';

const { exitCode, relay, ready, reload } = await run(process.argv.slice(2), version, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text)
});
process.exitCode = exitCode;

if (relay !== undefined) {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // The second signal means now.
    if (stopping) process.exit(1);
    stopping = true;
    // Ctrl-C is a person waiting; SIGTERM is a platform that still sends traffic for a moment.
    void (signal === 'SIGTERM' ? relay.drain() : relay.close());
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => void reload?.());
  process.stdout.write(ready ?? '');
}
