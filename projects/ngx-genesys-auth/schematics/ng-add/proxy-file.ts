import { quoted } from './source';

/** The page that explains what the proxy file refuses. */
const FIRST_FAILURES = 'https://github.com/ngx-genesys-auth/ngx-genesys-auth/blob/main/docs/recipes/first-failures.md';

/** An entry of a proxy file that exists already. */
export interface OtherEntries {
  /** Path of the JSON file, from the workspace's root. */
  readonly file: string;
  /** Whether the file is a list of entries, not an object. */
  readonly isList: boolean;
}

/**
 * The text of the dev server's proxy file. It is a program because the relay accepts the calls only with the key that
 * `genesys-auth-relay dev` writes, and a JSON file cannot read a key.
 *
 * @param path where the app finds its relay, for example `/genesys`
 * @param target URL of the relay on this machine
 * @param others the JSON file whose entries stay in use
 */
export function proxyFile(path: string, target: string, others?: OtherEntries): string {
  const pattern = `^${path.replace(/[$()*+.[\]^{|}]/g, '\\$&')}`;
  const entry =
    others?.isList === true ? `{ context: [${quoted(`${path}/`)}], ...relay }` : `${quoted(`${path}/`)}: relay`;
  const rest = others
    ? [`...JSON.parse(readFileSync(new URL(${quoted(`.${others.file}`)}, import.meta.url), 'utf8'))`]
    : [];
  const entries = [...rest, entry].map((each) => `\n  ${each}`).join(',');
  return `// While you develop, the dev server forwards ${path} to the relay on this machine.
import { readFileSync } from 'node:fs';

// "npm run relay" writes the key. It is read for each request, so a new key needs no restart of the dev server.
const keyFile = new URL('.genesys-auth-relay/dev-key', import.meta.url);

// Whoever gets the key calls the relay as the developer. So only this machine gets it. Set this to true if the browser reaches the
// dev server through a published port of Docker, and only you can reach that port.
const ALLOW_OTHER_MACHINES = false;
const THIS_MACHINE = /^(?:::1|(?:::ffff:)?127(?:\\.\\d+){3})$/;

const relay = {
  target: ${quoted(target)},
  changeOrigin: true,
  ws: true,
  pathRewrite: { ${quoted(pattern)}: '' },
  // Runs before each HTTP request and each WebSocket is forwarded.
  bypass(request, response) {
    const peer = request.socket.remoteAddress || 'an unknown address';
    if (!ALLOW_OTHER_MACHINES && !THIS_MACHINE.test(peer)) return refuseOtherMachine(response, peer);
    // The host that the browser used: the relay accepts this machine, and the hosts in "dev.hosts" of relay.yaml. HTTP/2 has no Host.
    const host = request.headers[':authority'] ?? request.headers.host ?? '';
    if (host === '') {
      return refuse(response, { status: 400, code: 'invalid_request', detail: 'The request has no Host header.' });
    }
    try {
      request.headers['x-genesys-dev-key'] = readFileSync(keyFile, 'utf8').trim();
    } catch {
      return refuseWithoutRelay(response, 503, 'The relay has not run yet: its key file is missing.');
    }
    request.headers['x-forwarded-host'] = host;
    request.headers['x-forwarded-proto'] = request.socket.encrypted ? 'https' : 'http';
    return undefined;
  },
  configure(proxy) {
    proxy.on('error', (error, request, response) => {
      if (error.code === 'ECONNREFUSED' && 'writeHead' in response) {
        refuseWithoutRelay(response, 502, \`No relay answers at \${relay.target}.\`);
      }
    });
  }
};

const page = ${quoted(FIRST_FAILURES)};

function refuseOtherMachine(response, peer) {
  const detail =
    \`The request comes from \${peer}, not from localhost. Open the app at localhost. \` +
    'If everyone who reaches the dev server may act as the developer, set ALLOW_OTHER_MACHINES to true in its proxy file.';
  const hint = \`\${page}#403-loopback_refused-or-dev_refused explains it.\`;
  return refuse(response, { status: 403, code: 'dev_refused', detail, hint });
}

function refuseWithoutRelay(response, status, reason) {
  const detail = \`\${reason} Run "npm run relay" in another terminal.\`;
  const hint = \`\${page}#no-relay-is-running explains it.\`;
  return refuse(response, { status, code: 'dev_relay_missing', detail, hint });
}

/** Answers in the form of the relay, so that the app shows the sentence. A WebSocket has no response: the dev server ends it. */
function refuse(response, problem) {
  response?.writeHead(problem.status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  response?.end(JSON.stringify({ title: 'Refused by the dev server', ...problem }));
  return false;
}

export default ${others?.isList === true ? `[${entries}\n]` : `{${entries}\n}`};
`;
}
