import { USAGE, UsageError, readArguments } from './arguments.ts';
import { PortTakenError, type Wallboard, startWallboard } from './index.ts';

/** Stopping must not hang on a connection that does not end. */
const STOP_MS = 1_800;

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  // From here on, so that an impatient Ctrl-C during the start ends the program as well.
  const starting = startWallboard(options);
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(0), STOP_MS).unref();
    void starting
      .then((wallboard: Wallboard) => wallboard.close())
      .catch(() => undefined)
      .then(() => process.exit(0));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const { url, users } = await starting;
  console.log(`Wallboard: ${url}`);
  if (users.length > 0) console.log(`You can sign in there as ${users.join(' or ')}, with any password.`);
}

try {
  await main();
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

function explain(error: unknown): string {
  if (error instanceof PortTakenError) {
    return `${error.message} Stop that program, or choose another port (npm start -- --port 4300; --login-port and --api-port for the sandbox).`;
  }
  if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`;
  return error instanceof Error ? error.message : 'The wallboard could not start.';
}
