import { quoted } from './source';

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

const relay = {
  target: ${quoted(target)},
  changeOrigin: true,
  ws: true,
  pathRewrite: { ${quoted(pattern)}: '' },
  // Runs before each HTTP request and each WebSocket is forwarded.
  bypass(request, response) {
    try {
      request.headers['x-genesys-dev-key'] = readFileSync(keyFile, 'utf8').trim();
    } catch {
      if (response) refuse(response, 503, 'The relay has not run yet: its key file is missing.');
      return false;
    }
    // The host that the browser used: the relay accepts this machine, and the hosts in "dev.hosts" of relay.yaml.
    request.headers['x-forwarded-host'] = request.headers.host;
    request.headers['x-forwarded-proto'] = request.socket.encrypted ? 'https' : 'http';
    return undefined;
  },
  configure(proxy) {
    proxy.on('error', (error, request, response) => {
      if (error.code === 'ECONNREFUSED' && 'writeHead' in response) {
        refuse(response, 502, ${quoted(`No relay answers at ${target}.`)});
      }
    });
  }
};

/** Answers in the form of the relay, so that the app shows the sentence. */
function refuse(response, status, reason) {
  const detail = \`\${reason} Run "npm run relay" in another terminal.\`;
  response.writeHead(status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ status, title: 'No relay', code: 'dev_relay_missing', detail }));
}

export default ${others?.isList === true ? `[${entries}\n]` : `{${entries}\n}`};
`;
}
