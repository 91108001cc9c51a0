import { createServer } from 'node:http';
import { Server } from 'socket.io';
import WebSocket from 'ws';

const http = createServer();
const server = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
server.on('connection', (socket) => {
  socket.on('subscribe', (topics) => {
    socket.join(topics);
    socket.emit('subscribed', true);
  });
});
const upstream = new WebSocket(`${process.env.UPSTREAM.replace('http', 'ws')}/feed`, { perMessageDeflate: false });
upstream.on('message', (data) => {
  const event = JSON.parse(data.toString());
  server.to(event.topicName).emit('event', event);
});
upstream.on('open', () => http.listen(0, '127.0.0.1', () => process.send(http.address().port)));
