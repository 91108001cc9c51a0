#!/usr/bin/env node
import { HELP, readArguments } from './cli/arguments.ts';
import { explainFailure } from './cli/failure.ts';
import { type SandboxOptions, SANDBOX_CLIENT } from './options.ts';
import { createSandbox } from './sandbox.ts';

const command = readArguments(process.argv.slice(2));
switch (command.kind) {
  case 'help':
    process.stdout.write(HELP);
    break;
  case 'mistake':
    fail(`${command.message}\nSee npx --no-install genesys-sandbox --help.`, 2);
    break;
  case 'run':
    await run(command.options);
    break;
}

async function run(options: SandboxOptions): Promise<void> {
  try {
    const sandbox = await createSandbox(options);
    const stop = (): void => {
      void sandbox.close();
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
    // Whoever reads what follows may stop it at once.
    const [client] = sandbox.clients;
    process.stdout.write(
      [
        'Genesys sandbox',
        `  login host   ${sandbox.loginOrigin}`,
        `  API host     ${sandbox.apiOrigin}`,
        `  client id    ${client?.id ?? ''}`,
        `  secret       ${SANDBOX_CLIENT.secret} (public: it opens nothing but a sandbox)`,
        'Stop it with Ctrl-C.',
        ''
      ].join('\n')
    );
  } catch (error) {
    fail(explainFailure(error, options), 1);
  }
}

/** No `process.exit`: what was written must still get out. */
function fail(message: string, exitCode: number): void {
  process.stderr.write(`genesys-sandbox: ${message}\n`);
  process.exitCode = exitCode;
}
