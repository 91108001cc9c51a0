import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What is to be done when a connection ends; one listener for each, however many answers wait on it. */
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
 * Does something once an answer is out, or can get out no more. Of an answer that still waits for those before it on the
 * same connection (pipelining, RFC 9112 section 9.3.2) Node says neither when that connection ends.
 */
export function whenClosed(response: ServerResponse, act: () => void): void {
  if (response.closed) {
    act();
    return;
  }
  if (response.socket !== null) {
    // It comes once, so that there is nothing to take off.
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
