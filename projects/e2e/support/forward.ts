import { type IncomingMessage, type ServerResponse, request as send } from 'node:http';

/** Sends a request on to a plain server, with its headers as they are, and answers with what that server answers. */
export function forward(request: IncomingMessage, response: ServerResponse, origin: string): void {
  const { method, url, headers } = request;
  const forwarded = send(`${origin}${url ?? '/'}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  forwarded.on('error', () => response.destroy());
  request.pipe(forwarded);
}
