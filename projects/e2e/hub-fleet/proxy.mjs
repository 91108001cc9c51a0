// A TCP proxy between one relay and Redis, which cuts the connections of one kind: those that subscribe, or the others.
import { connect, createServer } from 'node:net';

export async function startProxy(port) {
  const links = new Set();
  /** Kinds whose connections are ended as soon as they show what they are. */
  const refused = new Set();

  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const link = {
      kind: undefined,
      end: () => {
        links.delete(link);
        near.destroy();
        far.destroy();
      },
      /** Half-open from now on: the connection is there, but nothing comes through. */
      hang: () => {
        near.pause();
        far.pause();
      }
    };
    links.add(link);
    for (const [from, to] of [
      [near, far],
      [far, near]
    ]) {
      from.on('error', link.end);
      from.on('close', link.end);
      from.on('data', (chunk) => {
        if (from === near && link.kind === undefined) {
          const text = chunk.toString('latin1').toLowerCase();
          if (text.includes('subscribe\r\n')) link.kind = 'subscriber';
          else if (/\r\n(?:publish|eval)\r\n/.test(text)) link.kind = 'publisher';
          if (refused.has(link.kind)) link.end();
        }
        if (links.has(link)) to.write(chunk);
      });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ofKind = (kind) => [...links].filter((link) => link.kind === kind);
  return {
    port: server.address().port,
    /** Ends the connections of a kind and refuses new ones. Returns what ends this. */
    cut: (kind) => {
      refused.add(kind);
      for (const link of ofKind(kind)) link.end();
      return () => refused.delete(kind);
    },
    /** Lets the present connections of a kind hang; new ones work. Returns what ends this. */
    hang: (kind) => {
      const hung = ofKind(kind);
      for (const link of hung) link.hang();
      return () => {
        for (const link of hung) link.end();
      };
    },
    close: () => {
      for (const link of [...links]) link.end();
      server.close();
    }
  };
}
