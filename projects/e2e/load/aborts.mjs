// Downloads through the relay that their callers break off: nothing of them may stay, neither sockets nor memory (F16).
//   node aborts.mjs [--downloads 10000] [--at-once 50]
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { parseArgs } from 'node:util';
import { flat, judge, startWorld } from './world.mjs';

const { values } = parseArgs({
  options: { downloads: { type: 'string', default: '10000' }, 'at-once': { type: 'string', default: '50' } }
});
const downloads = Number(values.downloads);
const atOnce = Number(values['at-once']);
const LOOKS = 6;

const world = await startWorld();
try {
  const agent = new Agent({ keepAlive: false });
  const statuses = {};
  /** Breaks off before the head, after the first bytes, or after some more. */
  async function breakOff(index) {
    const request = get(`${world.url}/api/v2/routing/queues?stream`, { agent, headers: { 'x-genesys-auth': '1' } });
    request.on('error', () => undefined);
    if (index % 10 === 0) {
      await once(request, 'socket').then(([socket]) => once(socket, 'connect'));
      request.destroy();
      return;
    }
    const [response] = await once(request, 'response');
    statuses[response.statusCode] = (statuses[response.statusCode] ?? 0) + 1;
    response.on('error', () => undefined);
    for (let chunks = index % 3; chunks >= 0; chunks--) await once(response, 'data');
    request.destroy();
  }
  let next = 0;
  const upTo = (end) =>
    Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (next < end) await breakOff(next++);
      })
    );
  const quiet = () => world.settled(async () => world.openAnswers() === 0 && (await world.measure()).sockets === 0);

  const looks = [];
  for (let look = 1; look <= LOOKS; look++) {
    await upTo(Math.ceil((downloads * look) / LOOKS));
    const isQuiet = await quiet();
    looks.push({ isQuiet, ...(await world.measure()) });
  }
  // The resident size jumps by tens of MB as V8 and malloc keep freed pages or return them. A leak grows from look to look:
  // then even the smallest size of the second half is far above the largest size of the first half.
  const sizes = looks.map(({ rssMB }) => rssMB);
  const before = { heldMB: looks[0].heldMB, rssMB: Math.max(...sizes.slice(0, LOOKS / 2)) };
  const after = { heldMB: looks.at(-1).heldMB, rssMB: Math.min(...sizes.slice(LOOKS / 2)) };
  judge({ downloads, statuses, looks, before, after, openAnswers: world.openAnswers() }, [
    [(statuses[200] ?? 0) >= downloads * 0.8, 'most downloads did not begin'],
    [Object.keys(statuses).every((status) => status === '200'), 'a download was refused'],
    [looks.every(({ isQuiet }) => isQuiet), 'sockets or answers of the API stay open'],
    ...flat(before, after)
  ]);
} finally {
  world.close();
}
