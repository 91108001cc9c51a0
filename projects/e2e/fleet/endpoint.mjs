// A token endpoint that takes its time, remembers when it was asked, and can fail for a while.
import { createServer } from 'node:http';

/**
 * @param {{ lifeSeconds: number, fastestMs: number, slowestMs: number }} how
 */
export async function startEndpoint({ lifeSeconds, fastestMs, slowestMs }) {
  const requests = [];
  let isDown = () => false;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const at = performance.now();
      if (isDown()) {
        requests.push({ at, ok: false });
        response.writeHead(503).end();
        return;
      }
      requests.push({ at, ok: true });
      const body = { access_token: `token-${requests.length}`, token_type: 'bearer', expires_in: lifeSeconds };
      setTimeout(
        () => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
        fastestMs + Math.random() * (slowestMs - fastestMs)
      );
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    tokenEndpoint: `${origin}/oauth/token`,
    apiOrigin: origin,
    requests,
    failWhen: (condition) => {
      isDown = condition;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    }
  };
}

/**
 * How many renewal cycles the requests that succeeded make up. A cycle begins with the first request that comes when the
 * token of the cycle before may be renewed at all (70 % of its life,
 * counted by the server that asked: it may arrive here a little sooner); what comes before 60 % is one too many.
 */
export function cyclesOf(requests, lifeSeconds) {
  let start = -Infinity;
  let cycles = 0;
  for (const { at, ok } of requests) {
    if (!ok || at - start < lifeSeconds * 600) continue;
    start = at;
    cycles += 1;
  }
  return cycles;
}
