// What the platform alone costs: node:http and a pool of undici, which passes calls on with a token and does nothing else.
import { createServer } from 'node:http';
import { Pool } from 'undici';

const pool = new Pool(process.env.UPSTREAM, { connections: 128, pipelining: 1 });
const DROPPED = new Set(['connection', 'keep-alive', 'transfer-encoding']);
const server = createServer((request, response) => {
  let resume;
  pool.dispatch(
    { method: request.method, path: request.url, headers: ['authorization', 'Bearer token'], body: null },
    {
      onConnect(abort) {
        // Whoever leaves in the middle would keep the connection to the upstream for ever.
        response.on('close', () => abort());
      },
      onHeaders(status, raw, go) {
        resume = go;
        const headers = [];
        for (let index = 0; index < raw.length; index += 2) {
          const name = raw[index].toString('latin1');
          if (!DROPPED.has(name.toLowerCase())) headers.push(name, raw[index + 1].toString('latin1'));
        }
        response.writeHead(status, headers);
        return true;
      },
      onData(chunk) {
        if (response.write(chunk)) return true;
        response.once('drain', resume);
        return false;
      },
      onComplete() {
        response.end();
      },
      onError() {
        response.destroy();
      }
    }
  );
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
