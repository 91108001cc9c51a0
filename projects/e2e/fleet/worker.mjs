// One server of the fleet: so many callers that ask the token source again and again. It says what it saw when it is told to
// stop; times are those of the token source's own clock.
import { setTimeout as delay } from 'node:timers/promises';
import { createTokenSource } from 'genesys-auth-relay';
import { watchStalls } from './stalls.mjs';

const { tokenEndpoint, apiOrigin, store, callers } = JSON.parse(process.argv[2] ?? '{}');

const seen = { served: 0, waited: 0, longestMs: 0, stalledMs: 0, failed: 0, codes: {}, store: {} };
const stalls = watchStalls();
let warm = false;
const source = await createTokenSource(
  {
    genesys: { tokenEndpoint, apiOrigin, client: { id: 'fleet', secret: { env: 'FLEET_SECRET' } } },
    scopes: ['analytics'],
    store: { redis: { ...store, key: { env: 'FLEET_KEY' } } }
  },
  {
    runtime: {
      observer: {
        tokenServed: (how, waitedMs) => {
          seen.served += 1;
          if (!warm) return;
          // What a busy event loop adds to a wait is no wait for the token endpoint.
          if (waitedMs > 0) seen.longestMs = Math.max(seen.longestMs, waitedMs - stalls.within(waitedMs));
          if (how === 'waited') seen.waited += 1;
        },
        storeEvent: (kind) => {
          seen.store[kind] = (seen.store[kind] ?? 0) + 1;
          process.send?.({ storeEvent: kind });
          // Before the token is asked for: whoever wants to kill a holder of the lease does it now.
          if (kind === 'lease' || kind === 'lease_taken') process.send?.({ holds: process.pid });
        }
      }
    }
  }
);

let running = true;
const endings = new Set();
async function caller() {
  while (running) {
    try {
      await source.token();
    } catch (error) {
      seen.failed += 1;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      seen.codes[code] = (seen.codes[code] ?? 0) + 1;
    }
    await delay(20 + Math.random() * 60);
  }
}
// The first token is waited for by all; what counts begins after it.
await source.token();
warm = true;
for (let index = 0; index < callers; index++) endings.add(caller());
process.send?.({ ready: process.pid });

process.on('message', async (message) => {
  if (message !== 'stop') return;
  running = false;
  await Promise.all(endings);
  await source.close();
  seen.stalledMs = stalls.longestMs();
  process.send?.({ seen }, () => process.disconnect());
});
process.on('disconnect', () => process.exit(0));
