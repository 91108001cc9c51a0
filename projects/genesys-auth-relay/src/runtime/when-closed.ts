import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Callbacks for the end of a connection. Each connection has one listener, however many answers wait on it. */
const waiting = new WeakMap<Socket, Set<() => void>>();

function waitingOn(socket: Socket): Set<() => void> {
  const known = waiting.get(socket);
  if (known !== undefined) return known;
  const acts = new Set<() => void>();
  waiting.set(socket, acts);
  socket.once('close', () => {
    for (const act of acts) act();
  });
  return acts;
}

/**
 * Calls a function once an answer is sent, or can no longer be sent. For an answer that waits for earlier ones on the same
 * connection (pipelining, RFC 9112 section 9.3.2), Node emits neither `finish` nor `close` on the response when the connection ends.
 */
export function whenClosed(response: ServerResponse, act: () => void): void {
  if (response.closed) {
    act();
    return;
  }
  if (response.socket !== null) {
    // Emitted once, so the listener need not be removed.
    response.on('close', act);
    return;
  }
  const acts = waitingOn(response.req.socket);
  const once = () => {
    if (acts.delete(once)) act();
  };
  acts.add(once);
  response.once('close', once);
  if (response.req.socket.closed) once();
}
