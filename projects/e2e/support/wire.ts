import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** A network in between that can lose connections without telling either end. */
export interface Wire {
  readonly port: number;
  /**
   * From now on nothing goes through the WebSockets there are, in either direction, not even the end of one: half-open, until
   * the wire is closed. Others pass.
   *
   * @returns how many there were
   */
  freezeSockets(): number;
  close(): Promise<void>;
}

interface Pair {
  readonly ends: readonly [Socket, Socket];
  isWebSocket: boolean;
  isFrozen: boolean;
}

/** Starts a wire. @param from where it takes connections @param to where it leads */
export async function startWire(
  from: { readonly host: string; readonly port: number },
  to: { readonly host: string; readonly port: number }
): Promise<Wire> {
  const pairs = new Set<Pair>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...to, allowHalfOpen: true });
    const pair: Pair = { ends: [near, far], isWebSocket: false, isFrozen: false };
    pairs.add(pair);
    join(pair, near, far);
    join(pair, far, near);
    near.on('data', (bytes) => {
      pair.isWebSocket ||= /^upgrade: websocket\r$/im.test(bytes.toString('latin1'));
    });
  });

  function join(pair: Pair, source: Socket, target: Socket): void {
    source.on('data', (bytes) => {
      if (!pair.isFrozen) target.write(bytes);
    });
    source.on('end', () => {
      if (!pair.isFrozen) target.end();
    });
    source.on('error', () => undefined);
    source.on('close', () => {
      if (pair.isFrozen) return;
      target.destroy();
      pairs.delete(pair);
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(from.port, from.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    freezeSockets: () => {
      const open = [...pairs].filter(({ isWebSocket, isFrozen }) => isWebSocket && !isFrozen);
      for (const pair of open) pair.isFrozen = true;
      return open.length;
    },
    close: () =>
      new Promise((resolve) => {
        for (const { ends } of pairs) for (const end of ends) end.destroy();
        server.close(() => {
          resolve();
        });
      })
  };
}
