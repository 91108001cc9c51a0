import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A port that the demo needs belongs to another program. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  readonly code = 'port_taken';
  readonly port: number;

  constructor(port: number, cause?: unknown) {
    super(`Port ${port} is taken by another program.`, { cause });
    this.port = port;
  }
}

/** Tells a taken port from other reasons why a server could not start. */
export function portTaken(error: unknown, fallback: number): PortTakenError | undefined {
  const known = typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE';
  if (!known) return undefined;
  return new PortTakenError('port' in error && typeof error.port === 'number' ? error.port : fallback, error);
}

/** A port that no other program can take before it is released. */
export interface HeldPort {
  readonly port: number;
  release(): Promise<void>;
}

/** Chooses a free port, and holds it until its server is ready to listen. */
export async function holdPort(host: string): Promise<HeldPort> {
  const holder = createServer().listen(0, host);
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  return {
    port,
    async release() {
      if (!holder.listening) return;
      holder.close();
      await once(holder, 'close');
    }
  };
}

/**
 * Listens on every address that the name of this machine stands for, since browsers take `localhost` for 127.0.0.1 or ::1.
 * Fastify passes over an address it does not get; a page that another program answers must not go unnoticed.
 *
 * @throws PortTakenError when the port belongs to another program, on any of the addresses
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw portTaken(error, port) ?? error;
  }
  const bound = app.addresses().filter((address) => typeof address !== 'string');
  for (const { address } of await lookup(host, { all: true })) {
    if (bound.some((one) => one.address === address)) continue;
    if (await answers(address, port)) throw new PortTakenError(port);
  }
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 500 });
    const done = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => {
      done(true);
    });
    socket.once('error', () => {
      done(false);
    });
    socket.once('timeout', () => {
      done(false);
    });
  });
}
