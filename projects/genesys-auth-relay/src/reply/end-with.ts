import type { ServerResponse } from 'node:http';

/**
 * Ends an answer whose length is in its head, with all of its body. `end(body)` makes Node write the body and then nothing, and
 * gather both for one call to the system, which costs several times as much as one write of head and body.
 *
 * @param text the body, its head not yet out
 */
export function endWith(response: ServerResponse, text: string, encoding: 'latin1' | 'utf8'): void {
  const { socket } = response;
  // An answer that waits for the one before it on its connection has no socket yet.
  if (socket === null) {
    response.end(text, encoding);
    return;
  }
  socket.cork();
  response.write(text, encoding);
  socket.uncork();
  response.end();
}
