// The limit: node:http and an answer that is always the same.
import { createServer } from 'node:http';

const body = JSON.stringify({
  access_token: 'x'.repeat(86),
  token_type: 'Bearer',
  expires_in: 86_399,
  scope: 'analytics routing'
});
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
