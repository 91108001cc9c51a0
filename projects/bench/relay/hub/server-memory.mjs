// The hub of server-relay.mjs, which sends what memory it keeps after a garbage collection, twice a second.
import { setInterval } from 'node:timers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
await import('./server-relay.mjs');
setInterval(() => {
  const { rss } = process.memoryUsage();
  collect();
  // Buffers are freed a little after their objects.
  setTimeout(() => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    process.send({ kept: heapUsed + external, rss });
  }, 50);
}, 500);
