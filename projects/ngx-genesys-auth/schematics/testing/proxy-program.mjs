// Runs a generated proxy file with one request, which goes through a real server, and prints the answer.
// node proxy-program.mjs FILE-URL PATH REQUEST-AS-JSON
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { text } from 'node:stream/consumers';

const [file = '', path = '', asked = ''] = process.argv.slice(2);
const { version = 1, headers = {}, from, isRelayMissing = false, isWebSocket = false } = JSON.parse(asked);
const relay = (await import(file)).default[path];

/** Answers with the headers that the relay would get, unless the proxy file answers. */
function handle(request, response) {
  if (from !== undefined) Object.defineProperty(request, 'socket', { value: { remoteAddress: from } });
  // The dev server has no response for a WebSocket.
  const isRefused = relay.bypass(request, isWebSocket ? undefined : response) === false;
  if (response.writableEnded) return;
  if (isRefused) response.writeHead(404).end('{}');
  else if (isRelayMissing) relay.configure({ on: (_, report) => report({ code: 'ECONNREFUSED' }, request, response) });
  else response.end(JSON.stringify(request.headers));
}

async function ask1(port) {
  const request = http.request({ host: '127.0.0.1', port, headers, setHost: headers.host !== undefined });
  const [response] = await once(request.end(), 'response');
  return { status: response.statusCode, body: JSON.parse(await text(response)) };
}

async function ask2(port) {
  const client = http2.connect(`http://127.0.0.1:${port}`);
  const request = client.request(headers);
  const [{ ':status': status }] = await once(request.end(), 'response');
  const body = JSON.parse(await text(request));
  client.close();
  return { status, body };
}

const server = version === 2 ? http2.createServer(handle) : http.createServer({ requireHostHeader: false }, handle);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();
console.log(JSON.stringify(await (version === 2 ? ask2(port) : ask1(port))));
process.exit();
