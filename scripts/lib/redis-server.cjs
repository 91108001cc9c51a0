// Starts and stops the Redis or Valkey server of a test.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { connect } = require('node:net');
const { setTimeout: delay } = require('node:timers/promises');
const { connect: connectTls } = require('node:tls');
const { findRedis } = require('./tools.cjs');

// Less than the time limit of a test, so that this error is reported and not that a test took too long.
const PATIENCE_MS = 120_000;

const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null;

/** Whether a server answers PING on this port. */
function answers(port, ca) {
  return new Promise((resolve) => {
    const socket = ca === undefined ? connect(port, '127.0.0.1') : connectTls({ port, host: '127.0.0.1', ca });
    const end = (isThere) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(500, () => end(false));
    socket.on('error', () => end(false));
    socket.on('data', (chunk) => end(chunk.toString().startsWith('+PONG')));
    socket.write('PING\r\n');
  });
}

/** Starts a server with these arguments and waits until it answers on the port; with `ca`, it speaks TLS. */
exports.spawnRedis = async (args, port, ca) => {
  const program = findRedis();
  if (program === undefined) throw new Error('There is no redis-server: apt-get install redis-server');
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (output = (output + chunk.toString()).slice(-4000)));
  }
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await answers(port, ca))) {
    if (hasEnded(child)) throw new Error(`Redis ended before it answered on port ${port}:\n${output}`);
    if (Date.now() > deadline) {
      await exports.killRedis(child);
      throw new Error(`Redis does not answer on port ${port}:\n${output}`);
    }
    await delay(20);
  }
  return child;
};

/** Kills a server, also one that is stopped, and waits for its end. */
exports.killRedis = async (child) => {
  if (hasEnded(child)) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};
