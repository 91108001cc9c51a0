// npm run slow-reader: what one client of the hub costs that sends the largest legal frames, many a second, and never reads. Ends with 1
// when the hub keeps more than a few MB for it, or does not disconnect it.
//   --rounds 1 --seconds 90 (how long it may stay connected: one that answers no ping is gone after 60)
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startServer } from '../measure.mjs';
import { frame } from './client.mjs';
import { startUpstream } from './upstream.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '1' }, seconds: { type: 'string', default: '90' } }
});
const [rounds, seconds] = [values.rounds, values.seconds].map(Number);
/** MB that the hub may keep for the client. */
const LIMIT_MB = 8;
const MB = 1024 * 1024;
/** The client sends, then pauses, so that what the hub has just read is not taken for what it keeps. */
const [BURST_MS, PAUSE_MS] = [1000, 2400];
/** Bytes of the largest message that the hub takes. */
const LARGEST = 262_144;
/** `topicsPerClient`, the default. */
const TOPICS = 200;

const key = randomBytes(32).toString('base64url');
const HEAD = [
  'GET /notifications HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: genesys-notifications.v1',
  `Authorization: Bearer ${key}`
];

/** Topics that a frame may name, and characters of a name. */
const [MOST_NAMES, LONGEST_NAME] = [TOPICS, 200];

const subscription = (name) =>
  JSON.stringify({ type: 'subscribe', id: 1, topics: Array.from({ length: MOST_NAMES }, (_, index) => name(index)) });
const texts = {
  'known topics': subscription((index) => `v2.analytics.queues.${String(index).padStart(160, 'q')}.observations`),
  'topics of other scopes': subscription((index) => `v2.users.${String(index).padStart(180, 'u')}.presence`),
  'not topics': subscription((index) => String(index).padStart(LONGEST_NAME, 'x')),
  'too many topics': JSON.stringify({ type: 'subscribe', id: 1, topics: Array(LARGEST / 4 - 20).fill('a') }),
  'not JSON': 'x'.repeat(LARGEST)
};

async function measure(text) {
  const upstream = await startUpstream();
  const { port, child, stop } = await startServer(new URL('server-memory.mjs', import.meta.url).pathname, {
    UPSTREAM: upstream.origin,
    KEY_SHA256: createHash('sha256').update(key).digest('hex')
  });
  let seen = { kept: 0, rss: 0 };
  child.on('message', (memory) => (seen = memory));
  const next = async () => {
    if (child.exitCode !== null) throw new Error('the hub has ended');
    const before = seen;
    while (seen === before && child.exitCode === null) await sleep(20);
    return seen;
  };
  try {
    await next();
    const before = await next();
    const bytes = frame(text);
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    let sent = 0;
    let gone = false;
    socket.on('close', () => (gone = true));
    socket.write(`${HEAD.join('\r\n')}\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    if (!answer.toString().startsWith('HTTP/1.1 101')) throw new Error(`the hub answered: ${answer}`);
    socket.pause();
    const began = performance.now();
    const worst = { kept: 0, rss: 0 };
    while (!gone && performance.now() - began < seconds * 1000) {
      const since = (performance.now() - began) % (BURST_MS + PAUSE_MS);
      // A socket that is never read notices its end only by writing.
      if (since < BURST_MS && socket.writableLength < bytes.length) {
        socket.write(bytes);
        sent += 1;
      }
      if (since > BURST_MS + PAUSE_MS / 2) worst.kept = Math.max(worst.kept, seen.kept - before.kept);
      worst.rss = Math.max(worst.rss, seen.rss - before.rss);
      await sleep(10);
    }
    const took = (performance.now() - began) / 1000;
    socket.destroy();
    return { gone, took, sent, keptMb: worst.kept / MB, rssMb: worst.rss / MB };
  } finally {
    stop();
    upstream.close();
  }
}

console.log(`one client, the largest frames, nothing read; ${rounds} rounds; the largest of each`);
console.log(
  'frames'.padEnd(24) + ['kept MB', 'RSS MB', 'frames sent', 'connected s'].map((head) => head.padStart(14)).join('')
);
const complaints = [];
for (const [kind, text] of Object.entries(texts)) {
  const runs = [];
  for (let round = 0; round < rounds; round += 1) runs.push(await measure(text));
  const most = (field) => Math.max(...runs.map((run) => run[field]));
  console.log(
    kind.padEnd(24) +
      [most('keptMb').toFixed(1), most('rssMb').toFixed(0), String(most('sent')), most('took').toFixed(1)]
        .map((cell) => cell.padStart(14))
        .join('')
  );
  if (most('keptMb') > LIMIT_MB)
    complaints.push(`${kind}: the hub kept ${most('keptMb').toFixed(1)} MB, more than ${LIMIT_MB}`);
  if (runs.some(({ gone }) => !gone)) complaints.push(`${kind}: not disconnected within ${seconds} s`);
}
for (const complaint of complaints) console.error(`NOT AS IT MUST BE: ${complaint}`);
process.exit(complaints.length === 0 ? 0 : 1);
