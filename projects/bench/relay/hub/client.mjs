// A WebSocket client that costs next to nothing, so that 2,000 of them and their driver fit on one core: it counts the frames a
// server sends and hands every so manieth text on.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

const MASK = Buffer.from([1, 2, 3, 4]);

/** A masked text frame, as a client has to send it (RFC 6455 section 5.3). */
export function frame(text, opcode = 1) {
  const body = Buffer.from(text);
  const header =
    body.length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | body.length])
      : body.length < 65_536
        ? Buffer.from([0x80 | opcode, 0x80 | 126, body.length >> 8, body.length & 255])
        : Buffer.from([
            0x80 | opcode,
            0x80 | 127,
            0,
            0,
            0,
            0,
            ...new Uint8Array(new Uint32Array([body.length]).buffer).reverse()
          ]);
  const masked = Buffer.from(body.map((byte, index) => byte ^ MASK[index & 3]));
  return Buffer.concat([header, MASK, masked]);
}

/**
 * @param {{ port: number, path: string, headers?: Record<string, string>, onText: (text: () => string) => void }} options
 *   `text` decodes the frame, if somebody wants to see it
 */
export function openClient({ port, path, headers = {}, onText }) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let rest = Buffer.alloc(0);
    let open = false;
    const client = {
      send: (text) => socket.write(frame(text)),
      close: () => socket.destroy()
    };
    socket.on('connect', () => {
      const lines = {
        Host: `127.0.0.1:${port}`,
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
        ...headers
      };
      const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}`);
      socket.write(`GET ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
    });
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!open) {
        const end = data.indexOf('\r\n\r\n');
        if (end === -1) {
          rest = data;
          return;
        }
        const status = data.subarray(9, 12).toString();
        if (status !== '101') {
          reject(new Error(`the server answered ${status}: ${data.subarray(0, 500).toString()}`));
          socket.destroy();
          return;
        }
        open = true;
        data = data.subarray(end + 4);
        resolve(client);
      }
      let at = 0;
      while (data.length - at >= 2) {
        const opcode = data[at] & 15;
        let length = data[at + 1] & 127;
        let head = 2;
        if (length === 126) {
          if (data.length - at < 4) break;
          length = data.readUInt16BE(at + 2);
          head = 4;
        } else if (length === 127) {
          if (data.length - at < 10) break;
          length = Number(data.readBigUInt64BE(at + 2));
          head = 10;
        }
        if (data.length - at < head + length) break;
        const start = at + head;
        at = start + length;
        const now = data;
        if (opcode === 1) onText(() => now.toString('utf8', start, start + length), client);
        else if (opcode === 9) socket.write(frame('', 10));
      }
      rest = data.subarray(at);
    });
  });
}
