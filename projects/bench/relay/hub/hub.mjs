// npm run hub: fan-out of the notification hub beside a plain ws broadcast (the limit) and socket.io. The server has one core,
// all clients and the source of events have the other. Each round runs every server once, in another order.
//   --clients 2000 --topics 100 --rounds 5 --seconds 5 --rate 100 (events a second of the open loop)
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setImmediate } from 'node:timers';
import { parseArgs } from 'node:util';
import { openClient } from './client.mjs';
import { startUpstream } from './upstream.mjs';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '2000' },
    topics: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '5' },
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

const pinned = cpus().length > 1;
const rssOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
const cpuOf = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
};
const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function measure(name) {
  const kind = servers[name];
  const upstream = await startUpstream();
  const command = pinned ? ['taskset', '-c', '0', process.execPath] : [process.execPath];
  const child = spawn(command[0], [...command.slice(1), new URL(kind.file, import.meta.url).pathname], {
    env: { ...process.env, UPSTREAM: upstream.origin, KEY_SHA256: createHash('sha256').update(key).digest('hex') },
    stdio: ['ignore', 'pipe', 'inherit']
  });
  const open = [];
  try {
    const [line] = await once(child.stdout, 'data');
    const port = Number(line.toString());
    await sleep(500);
    const rssBefore = rssOf(child.pid);
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
    const perConnection = (rssOf(child.pid) - rssBefore) / clients;
    received = 0;

    const listeners = (clients * perClient) / topics;
    let sent = 0;
    const send = () => {
      upstream.send(topicOf(sent), { ...body, at: performance.now() });
      sent += 1;
    };

    // At an even rate that the limit carries: latency, and CPU for each message.
    sample = true;
    let cpu = cpuOf(child.pid);
    const start = performance.now();
    while (performance.now() - start < seconds * 1000) {
      while (sent < ((performance.now() - start) / 1000) * rate) send();
      await sleep(2);
    }
    for (let wait = 0; received < sent * listeners && wait < 100; wait += 1) await sleep(50);
    const lost = sent * listeners - received;
    const cpuPerMessage = (cpuOf(child.pid) - cpu) / received;
    sample = false;

    // As much as it carries: a window of events that are not yet everywhere.
    received = 0;
    sent = 0;
    const began = performance.now();
    cpu = cpuOf(child.pid);
    while (performance.now() - began < seconds * 1000) {
      while (sent - received / listeners < window) send();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const peak = received / ((performance.now() - began) / 1000);
    const peakCpu = (cpuOf(child.pid) - cpu) / received;
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
    child.kill('SIGKILL');
    upstream.close();
  }
}

const results = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  const order = Object.keys(servers);
  if (round % 2 === 1) order.reverse();
  for (const name of order) results[name].push(await measure(name));
}

const median = (numbers) =>
  percentile(
    [...numbers].sort((a, b) => a - b),
    0.5
  );
const of = (name, field) => median(results[name].map((result) => result[field]));
const ratio = (name) => median(results[name].map(({ peak }, round) => peak / results['ws (limit)'][round].peak));
console.log(
  `${clients} sockets, ${topics} topics, each socket ${perClient} of them; ${rounds} rounds of ${seconds} s; ${rate} events/s`
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
    ratio(name).toFixed(2),
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
