import { join } from 'node:path';
import { type Sandbox, createSandbox } from 'genesys-sandbox';
import { Cleanup } from '../support/cleanup.ts';
import { root } from '../support/angular-cli.ts';
import { buildApp, writeApp } from './support/app.ts';
import { describeRendering } from './support/rendering.ts';
import { packTarballs, unpackInto } from './support/tarballs.ts';

// One app with the Angular of this workspace, from the packed packages, rendered on the server. It checks the types of the libraries, too.
const app = join(root, 'out-tsc/compat/short');
const cleanup = new Cleanup();
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await cleanup.keep(createSandbox({ rateLimit: { requestsPerMinute: false } }));
  await writeApp(app, { layers: ['standalone', 'ssr'], apiOrigin: sandbox.apiOrigin, ssr: true, checkLibraries: true });
  await unpackInto(app, await packTarballs(join(root, 'out-tsc/compat/short-tarballs')));
  await buildApp(app, join(root, 'node_modules/@angular/cli/bin/ng.js'));
}, 240_000);
afterAll(() => cleanup.run());

describeRendering('Angular 21 from the packed packages', () => ({ app, sandbox }));
