import { type Socket, connect } from 'node:net';

/** A connection on which a test writes any bytes. */
export interface RawConnection {
  readonly socket: Socket;
  /** All bytes from the server, once it has closed the connection. */
  readonly answer: Promise<string>;
}

/** Connects to the server at a URL. */
export function openRaw(url: string): RawConnection {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // Writing after an answer that closes the connection causes a reset. Only the answer counts.
  socket.on('error', () => undefined);
  const answer = new Promise<string>((resolve) => {
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
  });
  return { socket, answer };
}

/** Sends bytes unchanged, and waits until the server closes the connection. */
export function sendRaw(url: string, text: string): Promise<string> {
  const { socket, answer } = openRaw(url);
  socket.write(text, 'latin1');
  return answer;
}
