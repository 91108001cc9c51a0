#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { isInRange } from './cli/node-version.ts';

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest;

if (isInRange(process.versions.node, manifest.engines.node)) {
  await main();
} else {
  process.stderr.write(
    `genesys-auth-relay needs Node.js ${manifest.engines.node}; this is ${process.versions.node}. Install a newer Node.js.\n`
  );
  process.exitCode = 1;
}

async function main(): Promise<void> {
  // An older Node.js cannot even load these modules.
  const { run } = await import('./cli/run.ts');
  const { exitCode, relay, ready, reload } = await run(process.argv.slice(2), manifest.version, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text)
  });
  process.exitCode = exitCode;
  if (relay === undefined) return;

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
