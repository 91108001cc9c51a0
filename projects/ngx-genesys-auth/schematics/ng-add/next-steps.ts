import { posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import { EXAMPLE } from './example';
import type { Answers } from './options';
import type { DevRelay } from './relay';
import { type Target, isForServer } from './target';

/** A sentence, and the lines to type or to write below it. */
type Step = readonly string[];

/** What the developer does after the schematic, as a numbered list. */
export function nextSteps(
  tree: Tree,
  target: Target,
  answers: Answers,
  devRelay: DevRelay | undefined,
  example: string | undefined
): string {
  const server = target.files.find((file) => isForServer(file));
  const page = example === undefined ? '' : ', and open its page /queues';
  const steps: readonly Step[] = [
    ...relaySteps(answers, devRelay),
    ...(example === undefined
      ? [['Call the API as usual: inject(HttpClient).get("https://api.../api/v2/routing/queues")']]
      : exampleSteps(tree, target, example)),
    ...(devRelay === undefined ? [] : [[`Start the app in another terminal${page}:`, '  npx --no-install ng serve']]),
    ...(server === undefined
      ? []
      : [
          [
            `${server.slice(1)} renders on the server. Without a credential for the server it gets no token: see provideServerGenesysAuth.`
          ]
        ])
  ];
  return [
    '',
    'Next:',
    ...steps.flatMap((lines, at) => lines.map((line, n) => (n === 0 ? `  ${String(at + 1)}. ${line}` : `     ${line}`)))
  ].join('\n');
}

function relaySteps({ relay, scopes, mode, signIn, api, sandbox }: Answers, devRelay: DevRelay | undefined): Step[] {
  if (devRelay === undefined) {
    return [[`Start a relay at ${relay} that grants ${scopes.join(' ')}, with "mode: ${mode}" in its configuration.`]];
  }
  const steps: Step[] = [];
  if (devRelay.install !== undefined) {
    steps.push(['Install the relay. FOLDER is where "npm run pack" wrote the tarballs:', `  ${devRelay.install}`]);
  }
  if (!sandbox || signIn) {
    const region = 'region' in api ? api.region : 'REGION';
    steps.push([
      'Write the configuration of the relay. CLIENT-ID is the id of your OAuth client:',
      `  npx --no-install genesys-auth-relay init --region=${region} --client-id=CLIENT-ID --identity=${signIn ? 'sign-in' : 'development'} --mode=${mode} --scopes="${scopes.join(',')}"`
    ]);
  }
  steps.push(['Start the relay, and keep it running in its terminal:', '  npm run relay']);
  return steps;
}

/** How the page shows the example. Names the files that the Angular CLI has written for the application, if they are there. */
function exampleSteps(tree: Tree, { files, sourceRoot }: Target, example: string): Step[] {
  const inApp = (...names: readonly string[]) =>
    names.map((name) => posix.join(sourceRoot, 'app', name)).find((file) => tree.exists(file));
  const steps: Step[] = [];
  if (!files.some((file) => file !== example && tree.readText(file).includes(EXAMPLE))) {
    const routes = inApp('app.routes.ts', 'app-routing-module.ts', 'app-routing.module.ts');
    steps.push([
      `Show the example. Add this route to ${routes ?? 'the routes of the app'}:`,
      `  { path: 'queues', component: ${EXAMPLE} }`,
      'and this import:',
      `  import { ${EXAMPLE} } from './${posix.basename(example, '.ts')}';`
    ]);
  }
  const template = inApp('app.html', 'app.component.html');
  if (template !== undefined && tree.readText(template).includes(WELCOME)) {
    steps.push([
      `${template} is the welcome page of Angular, which hides the example. Replace its content with:`,
      '  <router-outlet />'
    ]);
  }
  return steps;
}

/** A sentence of the page that `ng new` writes. */
const WELCOME = 'Congratulations! Your app is running.';
