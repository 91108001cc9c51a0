// npm run headers: what 200 requests a second with a 16 kB header cost the relay, beside as many with a harmless header of the same
// size, for every header that it or a layer below it reads. Ends with 1 when the median of one of them is above 2. For JWTs whose
// signature must be checked, the ratio to a short JWT with a wrong signature is printed too: it shows what the length adds.
//   --rounds 3 --seconds 1 --rate 200 --only Authorization (kinds whose name has this text)
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { intervalName, median, medianInterval, shuffled } from '../../lib/rounds.mjs';
import { startIdentity } from '../identity.mjs';
import { startServer } from '../measure.mjs';
import { HARMLESS, kindsOf, requestOf, shortForgery } from './kinds.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    rate: { type: 'string', default: '200' },
    only: { type: 'string', default: '' }
  }
});
const [rounds, seconds, rate] = [values.rounds, values.seconds, values.rate].map(Number);
const LIMIT = 2;

const identity = await startIdentity();
const { port, child: server } = await startServer(new URL('server-relay.mjs', import.meta.url).pathname, {
  UPSTREAM: identity.origin,
  PROOF: randomBytes(32).toString('hex'),
  KEY_SHA256: createHash('sha256').update(randomBytes(32).toString('base64url')).digest('hex')
});

server.once('exit', () => {
  console.error('The relay has ended.');
  process.exit(1);
});

/** User and system time of the server, in microseconds. */
async function cpu() {
  server.send('cpu');
  const [{ user, system }] = await once(server, 'message');
  return user + system;
}

/** Sends a request on a new connection, and returns the status of the answer. */
function send(bytes) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the relay closed the connection without an answer')));
    socket.once('data', (chunk) => {
      resolve(chunk.subarray(9, 12).toString());
      socket.destroy();
    });
  });
}

/** CPU of the server for each request, in microseconds, at the rate; and the statuses of the answers. */
async function measure([how, name, value]) {
  const bytes = requestOf(how, name, value);
  const statuses = new Set();
  const pending = [];
  const before = await cpu();
  const began = performance.now();
  for (let sent = 0; sent < seconds * rate;) {
    const due = Math.min(seconds * rate, ((performance.now() - began) / 1000) * rate);
    for (; sent < due; sent += 1) pending.push(send(bytes).then((status) => statuses.add(status)));
    await sleep(5);
  }
  await Promise.all(pending);
  return { us: ((await cpu()) - before) / (seconds * rate), statuses };
}

const kinds = Object.entries(kindsOf(identity)).filter(([title]) => title.includes(values.only));
const hows = [...new Set(kinds.map(([, [how]]) => how))];
const SIGNED = / JWT$/;
const FORGERY = 'Authorization: Bearer, a short JWT, wrong signature';
const variants = [
  ...hows.map((how) => [`harmless ${how}`, [how, ...HARMLESS]]),
  [FORGERY, shortForgery(identity)],
  ...kinds
];
const results = Object.fromEntries(variants.map(([title]) => [title, []]));
// Once without counting, so that the code is warm.
for (let round = -1; round < rounds; round += 1) {
  for (const [title, kind] of shuffled(variants)) {
    const result = await measure(kind);
    if (round >= 0) results[title].push(result);
  }
}

console.log(
  `${rate} requests a second with a header of ${Math.round(HARMLESS[1].length / 1024)} kB; ${rounds} rounds of ${seconds} s; ratios to a harmless header in paired rounds [${intervalName(rounds)}]`
);
console.log(`${'header'.padEnd(48)}${'status'.padStart(8)}${'CPU us/req'.padStart(14)}${'ratio'.padStart(24)}`);
const tooDear = [];
/** CPU for each request of a variant, as ratios to that of another one in the same round. */
const ratiosTo = (base, title) => results[title].map(({ us }, round) => us / results[base][round].us);
for (const [title, [how]] of variants) {
  const harmless = `harmless ${how}`;
  const ratios = ratiosTo(harmless, title);
  const [low, high] = medianInterval(ratios);
  const statuses = [...new Set(results[title].flatMap((result) => [...result.statuses]))].join('/');
  const cells = [
    statuses.padStart(8),
    median(results[title].map(({ us }) => us))
      .toFixed(0)
      .padStart(14),
    `${median(ratios).toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`.padStart(24)
  ];
  console.log(title.padEnd(48) + cells.join(''));
  if (SIGNED.test(title)) {
    console.log(`  beside a short JWT with a wrong signature: ${median(ratiosTo(FORGERY, title)).toFixed(2)}`);
  }
  // The median, because other work of the machine can double a single round.
  if (median(ratios) > LIMIT) tooDear.push(`${title}: ${median(ratios).toFixed(2)} times a harmless header`);
  // Node answers that by itself: the relay has not read the header.
  if (statuses.includes('431')) tooDear.push(`${title}: too large to be read`);
}
for (const title of tooDear) console.error(`NOT AS IT MUST BE: ${title}`);
process.exit(tooDear.length === 0 ? 0 : 1);
