#!/usr/bin/env node
import { HELP, readArguments } from './cli/arguments.ts';
import { explainFailure } from './cli/failure.ts';
import { type SandboxOptions, SANDBOX_CLIENT, SANDBOX_PUBLIC_CLIENT, SANDBOX_SIGN_IN_CLIENT } from './options.ts';
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
    process.stdout.write(
      [
        'Genesys sandbox',
        `  login host   ${sandbox.loginOrigin}`,
        `  API host     ${sandbox.apiOrigin}`,
        `  client id    ${SANDBOX_CLIENT.id}`,
        `  secret       ${SANDBOX_CLIENT.secret} (public: it opens nothing but a sandbox)`,
        'Users sign in',
        `  at           ${sandbox.authorizeEndpoint}`,
        `  server       client id ${SANDBOX_SIGN_IN_CLIENT.id}, the same secret`,
        `  browser app  client id ${SANDBOX_PUBLIC_CLIENT.id}, no secret`,
        `  users        ${sandbox.users[0]?.email ?? ''}, ${sandbox.users[1]?.email ?? ''} (a supervisor), any password`,
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
