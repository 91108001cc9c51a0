// npm run hub: fan-out of the notification hub beside a plain ws broadcast (the limit) and socket.io. The server has one core,
// all clients and the source of events have the other. Each round runs every server once, in a new random order.
//   --clients 2000 --topics 100 --rounds 6 --seconds 5 --rate 50 (events a second of the open loop)
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers';
import { parseArgs } from 'node:util';
import { intervalName, median } from '../../lib/rounds.mjs';
import { cpuOf, inRounds, ratioOf, startServer } from '../measure.mjs';
import { openClient } from './client.mjs';
import { startUpstream } from './upstream.mjs';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '2000' },
    topics: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '50' },
    window: { type: 'string', default: '20' }
  }
});
const [clients, topics, rounds, seconds, rate, window] = [
  'clients',
  'topics',
  'rounds',
  'seconds',
  'rate',
  'window'
].map((name) => Number(values[name]));
const key = randomBytes(32).toString('base64url');
const topicOf = (index) => `v2.analytics.queues.q${index % topics}.observations`;
const perClient = Math.max(1, Math.round(topics / 10));
const body = {
  group: { mediaType: 'voice', queueId: 'q' },
  data: [{ metrics: [{ metric: 'oWaiting', stats: { count: 3 } }] }]
};

/** How each server is spoken to. `isEvent` looks at the first characters only. */
const servers = {
  'ws (limit)': {
    file: 'server-raw.mjs',
    path: '/',
    subscribe: (client, wanted) => client.send(JSON.stringify(wanted)),
    isEvent: (text) => text.startsWith('{"topicName"'),
    isAnswer: (text) => text.startsWith('{"subscribed"')
  },
  'socket.io': {
    file: 'server-socket-io.mjs',
    path: '/socket.io/?EIO=4&transport=websocket',
    subscribe: (client, wanted) => {
      client.wanted = wanted;
      client.send('40');
    },
    isEvent: (text) => text.startsWith('42["event"'),
    isAnswer: (text) => text.startsWith('42["subscribed"'),
    // The answers its protocol asks for: a pong to each ping, and nothing before it has confirmed the connection.
    talk(text, client) {
      if (text === '2') client.send('3');
      if (text.startsWith('40')) client.send(`42${JSON.stringify(['subscribe', client.wanted])}`);
    }
  },
  'relay hub': {
    file: 'server-relay.mjs',
    path: '/notifications',
    headers: { Authorization: `Bearer ${key}`, 'Sec-WebSocket-Protocol': 'genesys-notifications.v1' },
    subscribe: (client, wanted) => client.send(JSON.stringify({ type: 'subscribe', id: 1, topics: wanted })),
    isEvent: (text) => text.startsWith('{"type":"event"'),
    isAnswer: (text) => text.startsWith('{"type":"subscribed"')
  }
};

const rssOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function measure(name) {
  const kind = servers[name];
  const upstream = await startUpstream();
  const { port, pids, stop } = await startServer(new URL(kind.file, import.meta.url).pathname, {
    UPSTREAM: upstream.origin,
    KEY_SHA256: createHash('sha256').update(key).digest('hex')
  });
  const [pid] = pids;
  const open = [];
  try {
    await sleep(500);
    const rssBefore = rssOf(pid);
    let received = 0;
    let answers = 0;
    let sample = false;
    const latencies = [];
    const onText = (text, client) => {
      // Text is looked at until everybody has subscribed, and then of one event in a hundred.
      if (answers < clients || kind.talk !== undefined) {
        const shown = text();
        kind.talk?.(shown, client);
        if (kind.isAnswer(shown)) answers += 1;
        if (!kind.isEvent(shown)) return;
      }
      received += 1;
      if (sample && received % 100 === 0) {
        const at = Number(/"at":([\d.]+)/.exec(text())?.[1]);
        latencies.push(performance.now() - at);
      }
    };
    for (let index = 0; index < clients; index += 1) {
      const client = await openClient({ port, path: kind.path, headers: kind.headers, onText });
      open.push(client);
      kind.subscribe(
        client,
        Array.from({ length: perClient }, (_, step) => topicOf(index + step * 10))
      );
    }
    while (answers < clients) await sleep(20);
    await sleep(1000);
    const perConnection = (rssOf(pid) - rssBefore) / clients;
    received = 0;

    const listeners = (clients * perClient) / topics;
    let sent = 0;
    const send = () => {
      upstream.send(topicOf(sent), { ...body, at: performance.now() });
      sent += 1;
    };

    // At an even rate that the limit carries: latency, and CPU for each message.
    sample = true;
    let cpu = cpuOf(pids);
    const start = performance.now();
    while (performance.now() - start < seconds * 1000) {
      while (sent < ((performance.now() - start) / 1000) * rate) send();
      await sleep(2);
    }
    for (let wait = 0; received < sent * listeners && wait < 100; wait += 1) await sleep(50);
    const lost = sent * listeners - received;
    const cpuPerMessage = (cpuOf(pids) - cpu) / received;
    sample = false;

    // As much as it carries: a window of events that are not yet everywhere.
    received = 0;
    sent = 0;
    const began = performance.now();
    cpu = cpuOf(pids);
    while (performance.now() - began < seconds * 1000) {
      while (sent - received / listeners < window) send();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const peak = received / ((performance.now() - began) / 1000);
    const peakCpu = (cpuOf(pids) - cpu) / received;
    latencies.sort((a, b) => a - b);
    return {
      peak,
      peakCpu,
      cpuPerMessage,
      lost,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      perConnection,
      channels: name === 'relay hub' ? upstream.channels() : undefined
    };
  } finally {
    for (const client of open) client.close();
    stop();
    upstream.close();
  }
}

const variants = Object.fromEntries(Object.keys(servers).map((name) => [name, () => measure(name)]));
const results = await inRounds(variants, Number(rounds));

const of = (name, field) => median(results[name].map((result) => result[field]));
console.log(
  `${clients} sockets, ${topics} topics, each socket ${perClient} of them; ${rounds} rounds of ${seconds} s; ${rate} events/s; ratios of paired rounds [${intervalName(rounds)}]`
);
console.log(
  'server'.padEnd(12) +
    ['peak msg/s', 'vs ws', 'CPU us/msg at peak', 'p50 ms', 'p99 ms', 'lost', 'bytes/connection', 'channels']
      .map((head) => head.padStart(20))
      .join('')
);
for (const name of Object.keys(servers)) {
  const cells = [
    of(name, 'peak').toFixed(0),
    ratioOf(results[name], results['ws (limit)'], 'peak'),
    of(name, 'peakCpu').toFixed(2),
    of(name, 'p50').toFixed(2),
    of(name, 'p99').toFixed(2),
    of(name, 'lost').toFixed(0),
    of(name, 'perConnection').toFixed(0),
    String(results[name][0].channels ?? '-')
  ];
  console.log(name.padEnd(12) + cells.map((cell) => cell.padStart(20)).join(''));
}
process.exit(0);
