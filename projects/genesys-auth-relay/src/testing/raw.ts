import { type Socket, connect } from 'node:net';

/** A connection on which a test writes what it likes. */
export interface RawConnection {
  readonly socket: Socket;
  /** Everything the server has said, once it has hung up. */
  readonly answer: Promise<string>;
}

/** Connects to the server at a URL. */
export function openRaw(url: string): RawConnection {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // Whoever writes on after an answer that closes the connection is reset; what was answered counts.
  socket.on('error', () => undefined);
  const answer = new Promise<string>((resolve) => {
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
  });
  return { socket, answer };
}

/** Sends bytes as they are and waits until the server hangs up. */
export function sendRaw(url: string, text: string): Promise<string> {
  const { socket, answer } = openRaw(url);
  socket.write(text, 'latin1');
  return answer;
}
