import { isProblem } from 'genesys-auth-protocol';
import pino from 'pino';
import { startRelay } from '../src/index.ts';
import { ask, basic } from '../src/testing/ask.ts';
import { SECRET_ENV, configFor, newKey } from '../src/testing/config.ts';
import { startIdentityProvider } from '../src/testing/identity-provider.ts';
import { startTokenServer } from '../src/testing/token-server.ts';
import { type Random, createChance, seeded } from './chance.ts';
import { HttpConnection, type RawAnswer } from './http-connection.ts';

/** What came of it. */
export interface FuzzReport {
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** What must not be; empty if all is well. */
  readonly faults: readonly string[];
}

const METHODS = [
  'POST',
  'POST',
  'POST',
  'GET',
  'GET',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'HEAD',
  'TRACE',
  'PROPFIND'
];
const PATHS = ['/token', '/token', '/token', '/session', '/session', '/', '/livez', '/metrics', '/notifications'];
const NASTY = [
  '..',
  '%2e%2e',
  '//',
  '\\',
  '%00',
  '%0d%0a',
  '%zz',
  ';',
  '@',
  '#',
  '%25',
  '[]',
  '~',
  '<script>',
  '\u00ff'
];
const QUERIES = ['', '', '', '?', '?a=1', '?scope=analytics', '?client_secret=x', '?access_token=y', '?%', '?a=%0a'];
const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/json; charset=utf-16',
  'multipart/form-data; boundary=x',
  ';'
];
const SCOPES = [
  'analytics',
  'routing',
  'analytics:readonly',
  'admin:platform',
  'anaytics',
  '',
  ' ',
  '*',
  '"',
  '\\',
  'a b',
  '__proto__'
];

/** Makes requests out of chance. */
function createRequests(random: Random, credentials: readonly string[], proof: string) {
  const { below, pick, often, bytes } = createChance(random);
  const spoilt = (text: string): string => {
    const at = below(text.length + 1);
    return pick([
      () => text.slice(0, at) + text.slice(at + 1),
      () => text.slice(0, at) + bytes(4) + text.slice(at),
      () => text.split('').reverse().join(''),
      () => text + text
    ])();
  };

  const json = (depth: number): unknown =>
    pick<() => unknown>([
      () => pick(SCOPES),
      () => below(1e9) - 5e8,
      () => null,
      () => often(0.5),
      () => bytes(20),
      () => (depth === 0 ? [] : Array.from({ length: below(5) }, () => json(depth - 1))),
      () =>
        depth === 0
          ? {}
          : Object.fromEntries(
              Array.from({ length: below(5) }, () => [
                pick([
                  'scopes',
                  'optionalScopes',
                  'rejected',
                  'scope',
                  'grant_type',
                  'client_id',
                  '__proto__',
                  bytes(5)
                ]),
                json(depth - 1)
              ])
            )
    ])();
  const form = (): string =>
    Array.from({ length: below(6) }, () => {
      const name = pick(['grant_type', 'scope', 'client_id', 'client_secret', 'rejected', 'scope[]', bytes(6)]);
      return `${name}=${pick(['client_credentials', 'password', 'analytics+routing', '%', '%ff', bytes(12), ''])}`;
    }).join('&');
  const body = (): string =>
    pick([
      () => '',
      () => JSON.stringify({ scopes: [pick(SCOPES)], optionalScopes: [pick(SCOPES)] }),
      () => JSON.stringify(json(3)),
      () => spoilt(JSON.stringify({ scopes: ['analytics'] })),
      () => form(),
      () => 'grant_type=client_credentials&scope=analytics',
      () => bytes(200),
      () => `{"a":${'['.repeat(below(3000))}`,
      () => 'x'.repeat(below(40_000))
    ])();

  const headers = (): string[] => {
    const lines: string[] = [];
    if (often(0.6)) lines.push(`Authorization: ${often(0.5) ? pick(credentials) : spoilt(pick(credentials))}`);
    if (often(0.6)) lines.push(`X-Genesys-Auth: ${pick(['1', '1', '1', '0', '', '1, 1', bytes(3)])}`);
    if (often(0.2))
      lines.push(`Origin: ${pick(['https://app.example', 'https://evil.example', 'null', '', bytes(9)])}`);
    if (often(0.2)) lines.push(`Sec-Fetch-Site: ${pick(['same-origin', 'cross-site', 'none', bytes(4)])}`);
    if (often(0.2))
      lines.push(`${pick(['X-Forwarded-User', 'X_Forwarded_User', 'x-forwarded-user'])}: ${pick(['ann', bytes(9)])}`);
    if (often(0.1)) lines.push(`X-Relay-Proof: ${often(0.5) ? proof : spoilt(proof)}`);
    if (often(0.1)) lines.push(`X-Forwarded-Groups: ${pick(['developer', 'developer, x', bytes(9)])}`);
    if (often(0.1))
      lines.push(`traceparent: ${pick(['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', bytes(30)])}`);
    if (often(0.05)) lines.push(`${pick(['Via', 'Forwarded', 'Cookie', 'Expect', 'Upgrade', 'TE'])}: ${bytes(12)}`);
    if (often(0.05)) lines.push(`X-${below(99)}: ${'y'.repeat(below(18_000))}`);
    if (often(0.02)) lines.push(bytes(20));
    return lines;
  };

  return () => {
    const method = often(0.97) ? pick(METHODS) : bytes(8);
    const path = (often(0.7) ? pick(PATHS) : pick(PATHS) + pick(NASTY) + bytes(10).replaceAll(' ', '')) + pick(QUERIES);
    const text = body();
    const type = often(0.8) ? [`Content-Type: ${pick(TYPES)}`] : [];
    const lines = [`Host: ${often(0.95) ? 'localhost:PORT' : bytes(9)}`, ...type, ...headers()];
    if (text !== '' || often(0.3)) lines.push(`Content-Length: ${text.length}`);
    return { method, bytes: `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${text}` };
  };
}

/** What must hold of every answer, whatever was sent. */
export function faultOf(
  { status, head, body }: RawAnswer,
  secrets: readonly string[],
  token: string
): string | undefined {
  const text = head + body;
  if (secrets.some((secret) => text.includes(secret))) return 'a secret in an answer';
  if (text.includes(token) && !(status === 200 && body.includes('"access_token"'))) return 'a token in a refusal';
  if (status >= 500) return `status ${status}: ${body.slice(0, 200)}`;
  if (!/^cache-control: no-store/im.test(head)) return `${status} without no-store`;
  if (/^(?:server|x-powered-by|set-cookie):/im.test(head)) return `${status} with a header too many`;
  if (status < 400) return undefined;
  if (body === '') return undefined;
  return isProblem(JSON.parse(body)) ? undefined : `${status} without a problem body: ${body.slice(0, 200)}`;
}

/**
 * Sends random requests to a relay that knows a canary secret, and looks at every answer, every log line and the metrics.
 *
 * @param count requests
 * @param seed where chance starts
 */
export async function fuzz(count: number, seed: number): Promise<FuzzReport> {
  const random = seeded(seed);
  const secret = `CANARY-${newKey().key}`;
  const proof = `PROOF-${newKey().key}`;
  const key = newKey();
  const token = `TOKEN-${newKey().key}`;
  process.env[SECRET_ENV] = secret;
  process.env['RELAY_TEST_FUZZ_PROOF'] = proof;
  const upstream = await startTokenServer();
  upstream.answerWith({ access_token: token });
  const provider = await startIdentityProvider({ now: () => Date.now() / 1000 });
  let lines = 0;
  const faults: string[] = [];
  const complain = (fault: string): void => {
    if (faults.length < 20) faults.push(fault);
  };
  const jwt = await provider.token({ exp: Date.now() / 1000 + 36_000 });
  const secrets = [secret, proof, key.key, jwt];
  const log = pino(
    { level: 'info', base: null },
    {
      write: (line: string) => {
        lines += 1;
        if ([...secrets, token].some((one) => line.includes(one)))
          complain(`a secret in the log: ${line.slice(0, 300)}`);
        if (line.includes('internal_error')) complain(line.slice(0, 500));
      }
    }
  );
  const relay = await startRelay(
    configFor(upstream, {
      admin: { host: '127.0.0.1', port: 0 },
      cors: { origins: ['https://app.example'] },
      identities: [
        {
          type: 'proxyHeader',
          trustedProxies: ['127.0.0.1'],
          proof: { secret: { env: 'RELAY_TEST_FUZZ_PROOF' } },
          subjectHeader: 'X-Forwarded-User',
          rolesHeader: 'X-Forwarded-Groups'
        },
        { type: 'jwt', issuer: provider.issuer, audience: 'relay', jwksUri: provider.jwksUri },
        { type: 'apiKey', keys: [{ id: 'reports', sha256: key.sha256, roles: ['developer'] }] },
        { type: 'loopback', roles: ['developer'] }
      ],
      limits: { requestsPerMinute: 1_000_000, scopeSetsPerCaller: 10_000 }
    }),
    { log }
  );
  const other = await provider.token({ sub: 'eve', aud: 'other' });
  const credentials = [jwt, other]
    .map((one) => `Bearer ${one}`)
    .concat(`Bearer ${key.key}`, basic('reports', key.key), 'Basic x');
  const next = createRequests(random, credentials, proof);
  const statuses: Record<string, number> = {};
  const port = new URL(relay.url).port;
  let left = count;
  const worker = async (): Promise<void> => {
    const connection = new HttpConnection(relay.url);
    while (left > 0) {
      left -= 1;
      const request = next();
      const bytes = request.bytes.replace('PORT', port);
      try {
        const answer = await connection.send(bytes, request.method === 'HEAD');
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        const fault = faultOf(answer, secrets, token);
        if (fault !== undefined) complain(`${fault}\n  for ${JSON.stringify(bytes.slice(0, 300))}`);
      } catch (error) {
        complain(`${String(error)}\n  for ${JSON.stringify(bytes.slice(0, 300))}`);
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  const metrics = (await ask(`${relay.adminUrl}/metrics`, { method: 'GET' })).text;
  if ([...secrets, token].some((one) => metrics.includes(one))) complain('a secret in the metrics');
  if (lines < count) complain(`${lines} log lines for ${count} requests`);
  // It is still the relay that it was.
  const alive = await ask(`${relay.url}/token`, { headers: { authorization: `Bearer ${jwt}` } });
  if (alive.status !== 200) complain(`afterwards it answers ${alive.status}`);
  await relay.close();
  await provider.close();
  await upstream.close();
  return { requests: count, statuses, faults };
}
