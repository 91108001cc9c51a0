// npm run session: what a call in proxy mode costs the relay when the cookie of a session identifies the user, beside a call with a
// JWT. 500 users in turn, 64 connections, 1 KB answers. Ends with 1 when the median ratio of sessions in memory is above 1.25.
// Sessions in Redis are measured where there is a Redis: each call then reads the store.
//   --rounds 40 --calls 1000
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { findRedis } from '../../../../scripts/lib/tools.cjs';
import { startStore } from '../../../e2e/fleet/store.mjs';
import { startIdentity } from '../identity.mjs';
import { inRounds, print, startServer, warm } from '../measure.mjs';
import { median } from '../../lib/rounds.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '40' }, calls: { type: 'string', default: '1000' } }
});
const LIMIT = 1.25;
const CONNECTIONS = 64;
const QUEUES = '/api/v2/routing/queues';
const COMMON = { accept: 'application/json', 'x-genesys-auth': '1', 'sec-fetch-site': 'same-origin' };

const queues = JSON.stringify({ padding: 'x'.repeat(1024 - 14) });
const organization = { id: 'organization', name: 'Organization' };
let readUsers = 0;
const answers = {
  '/api/v2/routing/queues': () => queues,
  '/api/v2/tokens/me': () =>
    JSON.stringify({
      OAuthClient: { id: 'bench' },
      organization,
      homeOrganization: organization,
      authorizedScope: ['routing', 'users']
    }),
  '/api/v2/users/me': () => JSON.stringify({ id: `user-${(readUsers += 1)}`, name: 'User', email: 'user@example.test' })
};
const genesys = await startIdentity((request, response) => {
  const answer = answers[request.url.split('?')[0]];
  response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(answer?.());
});

async function startRelay(env) {
  const file = new URL('server-relay.mjs', import.meta.url).pathname;
  const { port, child } = await startServer(file, { GENESYS: genesys.origin, ...env });
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS });
  /** Sends a request, and fails when the answer has another status. */
  async function send(path, headers, expected = 200) {
    const { statusCode, headers: answered, body } = await pool.request({ method: 'GET', path, headers });
    const text = await body.text();
    if (statusCode !== expected) throw new Error(`the relay answers ${statusCode} to ${path}: ${text.slice(0, 200)}`);
    return { headers: answered, text };
  }
  /** CPU time that the relay has used, in microseconds. The short rounds need more precision than /proc has. */
  async function cpu() {
    child.send('cpu');
    const [{ user, system }] = await once(child, 'message');
    return user + system;
  }
  return { send, cpu };
}

const cookieOf = ({ headers }, name) =>
  [headers['set-cookie']]
    .flat()
    .find((line) => line?.includes(name))
    .split(';', 1)[0];

/** Signs a user in. Returns the headers of the user's calls. */
async function signIn({ send }) {
  const away = await send('/sign-in', {}, 303);
  const state = new URL(away.headers.location).searchParams.get('state');
  const cookie = cookieOf(away, 'genesys-sign-in');
  const back = await send(`/sign-in/callback?code=code&state=${state}`, { cookie }, 303);
  const headers = { ...COMMON, cookie: cookieOf(back, 'genesys-session') };
  const { session } = JSON.parse((await send('/session', headers)).text);
  return { ...headers, 'x-genesys-session': session };
}

async function signedIn(relay) {
  const all = [];
  for (let user = 0; user < genesys.users.length; user += 1) all.push(await signIn(relay));
  return all;
}

/** Sends calls of all users in turn over all connections, as fast as the relay answers. */
function run({ send, cpu: cpuNow }, users, calls) {
  return async () => {
    let count = 0;
    const before = await cpuNow();
    const since = performance.now();
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while (count < calls) await send(QUEUES, users[count++ % users.length]);
      })
    );
    const tookMs = performance.now() - since;
    const cpu = (await cpuNow()) - before;
    return { count, perSecond: (count / tookMs) * 1000, cpuPerRequest: cpu / count, busy: cpu / 1000 / tookMs };
  };
}

const JWT = 'jwt';
const MEMORY = 'session, in memory';
const relays = { [JWT]: await startRelay({ WITH: 'jwt' }), [MEMORY]: await startRelay({ WITH: 'session' }) };
const headers = {
  [JWT]: genesys.users.map((token) => ({ ...COMMON, authorization: `Bearer ${token}` })),
  [MEMORY]: await signedIn(relays[MEMORY])
};
const redis = findRedis() === undefined ? undefined : await startStore();
if (redis !== undefined) {
  const name = 'session, in Redis';
  relays[name] = await startRelay({ WITH: 'session', REDIS_URL: redis.url });
  headers[name] = await signedIn(relays[name]);
}
const variants = Object.fromEntries(
  Object.entries(relays).map(([name, relay]) => [name, run(relay, headers[name], Number(values.calls))])
);
for (const measure of Object.values(variants)) await warm(measure);
const results = await inRounds(variants, Number(values.rounds));
print(results, JWT);
await redis?.close();
const ratio = median(
  results[MEMORY].map(({ cpuPerRequest }, round) => cpuPerRequest / results[JWT][round].cpuPerRequest)
);
if (ratio > LIMIT)
  console.error(`NOT AS IT MUST BE: a call with a session costs ${ratio.toFixed(2)} times one with a JWT`);
process.exit(ratio > LIMIT ? 1 : 0);
