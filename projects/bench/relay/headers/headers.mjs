// npm run headers: what 200 requests a second with a 16 kB header cost the relay, beside as many with a harmless header of the same
// size, for every header that it or a layer below it reads, one kind after another. Ends with 1 when the median of one of them is
// above 2. For JWTs whose signature must be checked, the ratio to a short JWT with a wrong signature is printed too: it shows what the
// length adds.
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

const SIGNED = / JWT$/;
const FORGERY = 'Authorization: Bearer, a short JWT, wrong signature';
const kinds = [[FORGERY, shortForgery(identity)], ...Object.entries(kindsOf(identity))].filter(
  ([title]) => title.includes(values.only) || title === FORGERY
);

/** What a kind and a harmless header cost, in microseconds for each request. A flood has one kind of header, so its code is warm. */
async function compare(kind) {
  const harmless = [kind[0], ...HARMLESS];
  for (let second = 0; second < 3; second += 1) await measure(kind);
  await measure(harmless);
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    const costs = new Map();
    for (const each of shuffled([kind, harmless])) costs.set(each, await measure(each));
    pairs.push({ us: costs.get(kind).us, harmlessUs: costs.get(harmless).us, statuses: costs.get(kind).statuses });
  }
  return {
    us: median(pairs.map(({ us }) => us)),
    ratios: pairs.map(({ us, harmlessUs }) => us / harmlessUs),
    statuses: [...new Set(pairs.flatMap(({ statuses }) => [...statuses]))].join('/')
  };
}

console.log(
  `${rate} requests a second with a header of ${Math.round(HARMLESS[1].length / 1024)} kB; ${rounds} rounds of ${seconds} s; ratios to a harmless header in paired rounds [${intervalName(rounds)}]`
);
console.log(`${'header'.padEnd(48)}${'status'.padStart(8)}${'CPU us/req'.padStart(14)}${'ratio'.padStart(24)}`);
const tooDear = [];
let forgeryUs;
for (const [title, kind] of kinds) {
  const { us, ratios, statuses } = await compare(kind);
  if (title === FORGERY) forgeryUs = us;
  const [low, high] = medianInterval(ratios);
  const ratio = `${median(ratios).toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  console.log(title.padEnd(48) + statuses.padStart(8) + us.toFixed(0).padStart(14) + ratio.padStart(24));
  if (SIGNED.test(title)) console.log(`  beside a short JWT with a wrong signature: ${(us / forgeryUs).toFixed(2)}`);
  // The median, because other work of the machine can double a single round.
  if (median(ratios) > LIMIT) tooDear.push(`${title}: ${median(ratios).toFixed(2)} times a harmless header`);
  // Node answers that by itself: the relay has not read the header.
  if (statuses.includes('431')) tooDear.push(`${title}: too large to be read`);
}
for (const title of tooDear) console.error(`NOT AS IT MUST BE: ${title}`);
process.exit(tooDear.length === 0 ? 0 : 1);
