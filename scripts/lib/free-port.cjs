const { createServer } = require('node:net');

// Below the range from which systems assign ports (32768 on Linux, 49152 elsewhere): a server that stops and starts again
// finds its port free, because no connection or listener of another program took it meanwhile.
const FIRST = 20_000;
const LAST = 32_000;

// Processes search different slices, unless their ids differ by a multiple of SLICES. Otherwise two test processes could get the
// same port between the probe and the start of the server.
const SLICES = 60;
const SIZE = (LAST - FIRST) / SLICES;
const slice = FIRST + (process.pid % SLICES) * SIZE;
let offset = Math.floor(Math.random() * SIZE);

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = createServer().once('error', () => {
      resolve(false);
    });
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });

/**
 * A port that is free. Only for what must be known before its server starts, or must stay the same when it starts again.
 * A process gets the same port again only after all others of its slice.
 */
exports.freePort = async () => {
  for (let tries = 0; tries < SIZE; tries += 1) {
    offset = (offset + 1) % SIZE;
    const port = slice + offset;
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port between ${slice} and ${slice + SIZE - 1}.`);
};
