// The source of events, the same for every server: a little Genesys Cloud (token, channel, subscriptions, WebSocket).
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/** @returns {Promise<{ origin: string, channels: () => number, send: (topic: string, body: object) => void, close: () => void }>} */
export async function startUpstream() {
  let channels = 0;
  let count = 0;
  const sockets = new Set();
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const reply = (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      const [path] = request.url.split('?');
      if (path === '/oauth/token') reply({ access_token: 'bench-token', token_type: 'bearer', expires_in: 86_399 });
      else if (path === '/api/v2/notifications/channels') {
        channels += 1;
        const expires = new Date(Date.now() + 86_400_000).toISOString();
        reply({ id: `c${channels}`, connectUri: `ws://127.0.0.1:${server.address().port}/feed`, expires });
      } else if (request.method === 'PUT') {
        const asked = JSON.parse(Buffer.concat(chunks).toString());
        reply({ entities: asked.map(({ id }) => ({ id, state: 'Permitted' })) });
      } else reply({});
    });
  });
  const feed = new WebSocketServer({ server, perMessageDeflate: false });
  feed.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    channels: () => channels,
    send(topicName, eventBody) {
      count += 1;
      const id = `bench-${count}`;
      const text = JSON.stringify({ topicName, version: '2', eventBody, metadata: { CorrelationId: id } });
      for (const socket of sockets) socket.send(text);
    },
    close() {
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      server.close();
    }
  };
}
