// An API of our own and a relay before it, for runs that look at what the relay holds on to.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';

const CHUNK = Buffer.alloc(65_536, 'x');
const QUEUES = Buffer.from(
  JSON.stringify({ entities: Array.from({ length: 20 }, (_, id) => ({ id, name: 'queue' })) })
);

/** Starts both. `/api/v2/routing/queues?stream` is an answer that never ends by itself. */
export async function startWorld() {
  const open = new Set();
  const api = createServer((request, response) => {
    request.resume();
    if (request.url === '/oauth/token') {
      response.end(JSON.stringify({ access_token: 'load-token', token_type: 'bearer', expires_in: 3600 }));
    } else if (request.url?.endsWith('?stream') === true) {
      open.add(response);
      const timer = setInterval(() => response.write(CHUNK), 10);
      response.on('close', () => {
        clearInterval(timer);
        open.delete(response);
      });
      response.write(CHUNK);
    } else if (request.url?.endsWith('?long') === true) {
      response.end(CHUNK);
    } else {
      response.writeHead(200, { 'content-type': 'application/json', etag: '"1"' }).end(QUEUES);
    }
  });
  await new Promise((resolve) => api.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${api.address().port}`;
  const relay = fork(join(import.meta.dirname, 'relay.mjs'), [JSON.stringify({ origin })], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, LOAD_SECRET: 'load', NODE_ENV: 'development' }
  });
  const close = () => {
    relay.kill('SIGKILL');
    api.closeAllConnections();
    api.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.once(signal, () => {
      close();
      process.exit(1);
    });
  }
  relay.once('exit', (code) => {
    if (relay.killed) return;
    console.error(`The relay ended by itself (${code}).`);
    close();
    process.exit(1);
  });
  const [{ url }] = await once(relay, 'message');
  return {
    url,
    /** Answers of the API that are still being written. */
    openAnswers: () => open.size,
    async measure() {
      relay.send('measure');
      const [{ measured }] = await once(relay, 'message');
      return measured;
    },
    /** Waits until something is so, up to 30 s; tells whether it is. */
    async settled(holds) {
      for (let look = 0; look < 300; look++) {
        if (await holds()) return true;
        await delay(100);
      }
      return false;
    },
    close
  };
}

/** More than what is known to come and go; a leak of 1 KB a call is 10 MB after 10,000 of them. */
const MOST_HELD_MB = 6;
/** The system takes pages back when it likes. */
const MOST_RSS_MB = 40;

/** What {@link judge} needs to hold of two measurements. */
export const flat = (before, after) => [
  [after.heldMB - before.heldMB < MOST_HELD_MB, `${(after.heldMB - before.heldMB).toFixed(1)} MB more are held`],
  [after.rssMB - before.rssMB < MOST_RSS_MB, `the process has grown by ${(after.rssMB - before.rssMB).toFixed(1)} MB`]
];

/** Prints what was seen, and ends with 1 if it is not as it must be. */
export function judge(report, conditions) {
  console.log(JSON.stringify(report, null, 1));
  const complaints = conditions.filter(([holds]) => !holds).map(([, complaint]) => complaint);
  for (const complaint of complaints) console.error(`NOT AS IT MUST BE: ${complaint}`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
