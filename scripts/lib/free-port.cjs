const { createServer } = require('node:net');

// Below the range from which systems give out ports by themselves (32768 on Linux, 49152 elsewhere): a server that goes away
// and comes back finds its port again, because no connection or listener of anybody else got it meanwhile.
const FIRST = 20_000;
const LAST = 32_000;

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

/** A port that is free. Only for what must be known before its server starts, or must stay the same when it starts again. */
exports.freePort = async () => {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port between ${FIRST} and ${LAST}.`);
};
