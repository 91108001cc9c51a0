import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type Sandbox, type SandboxClient, createSandbox } from 'genesys-sandbox';
import { type Diagnosis, type DoctorOptions, examine } from '../src/doctor/doctor.ts';
import { renderJson, renderText } from '../src/doctor/render.ts';
import type { RegionHosts } from '../src/doctor/regions.ts';

/** A secret with characters that every encoding changes, and a word to look for in what is printed. */
export const CANARY = 'CANARY+secret/8fK2%=q&v';
export const CLIENT_ID = '0a1b2c3d-1111-4222-8333-444455556666';

export const CLIENTS: readonly SandboxClient[] = [
  { id: CLIENT_ID, secret: CANARY },
  { id: '0a1b2c3d-0000-4000-8000-00000000c0de', secret: CANARY, grantType: 'CODE' },
  { id: '0a1b2c3d-0000-4000-8000-0000000000ff', secret: CANARY, state: 'disabled' },
  { id: '0a1b2c3d-0000-4000-8000-000000000000', secret: CANARY, permissions: ['analytics:queueObservation:view'] }
];

/** A region table whose hosts are sandboxes. */
export const regionOf = (domain: string, sandbox: Sandbox): RegionHosts => ({
  aws: `aws-${domain}`,
  domain,
  tokenEndpoint: sandbox.tokenEndpoint,
  apiOrigin: sandbox.apiOrigin
});

/** Two regions: the client lives in `here.test`; `there.test` does not know it. */
export async function startRegions() {
  const here = await createSandbox({ clients: CLIENTS });
  const there = await createSandbox();
  const regions = [regionOf('there.test', there), regionOf('here.test', here)];
  return { here, there, regions, close: () => Promise.all([here.close(), there.close()]) };
}

/** What a test plants. */
export interface Mistake {
  readonly secret?: string;
  readonly id?: string;
  readonly genesys?: object;
  readonly scopes?: readonly string[];
  readonly more?: object;
  /** In place of the client with `secret` and `id`. */
  readonly client?: object;
  readonly env?: NodeJS.ProcessEnv;
}

/** A relay's configuration with a mistake. */
export const patientWith = ({
  secret = CANARY,
  id = CLIENT_ID,
  genesys,
  scopes = ['routing'],
  more,
  client = { id, secret: { env: 'DOCTOR_SECRET' } },
  env
}: Mistake) => ({
  input: {
    mode: 'token',
    genesys: { ...(genesys ?? { region: 'here.test' }), client },
    scopes,
    identities: [{ type: 'loopback', roles: ['developer'] }],
    roles: { developer: { scopes } },
    ...more
  },
  env: { DOCTOR_SECRET: secret, ...env },
  baseDir: '.'
});

/** A diagnosis and all that would be printed of it. */
export async function diagnose(
  mistake: Mistake,
  options: DoctorOptions
): Promise<Diagnosis & { printed: string; causes: string[] }> {
  const diagnosis = await examine(patientWith(mistake), options);
  const causes = diagnosis.findings.filter(({ severity }) => severity === 'error').map(({ cause }) => cause);
  return { ...diagnosis, causes, printed: renderText(diagnosis) + renderJson(diagnosis) };
}

/** A server that answers whatever a test wants. */
export async function startOdd(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => {
        resolve();
      });
    });
  return { origin, genesys: { tokenEndpoint: `${origin}/oauth/token`, apiOrigin: origin }, close };
}
