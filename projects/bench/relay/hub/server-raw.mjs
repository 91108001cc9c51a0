// The limit: what anybody would write with ws, without identity, policy, gaps or bounds.
import WebSocket, { WebSocketServer } from 'ws';

const topics = new Map();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    for (const topic of JSON.parse(data)) {
      if (!topics.has(topic)) topics.set(topic, new Set());
      topics.get(topic).add(socket);
    }
    socket.send('{"subscribed":true}');
  });
});
const upstream = new WebSocket(`${process.env.UPSTREAM.replace('http', 'ws')}/feed`, { perMessageDeflate: false });
upstream.on('message', (data) => {
  const text = data.toString();
  const { topicName } = JSON.parse(text);
  for (const socket of topics.get(topicName) ?? []) socket.send(text);
});
upstream.on('open', () => process.send(server.address().port));
