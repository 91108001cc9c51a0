import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SandboxClient, SandboxTarget } from '../config/use-sandbox.ts';
import { CommandError } from './outcome.ts';

/** What the relay uses of a running sandbox of the package `genesys-sandbox`. */
interface Sandbox {
  readonly loginOrigin: string;
  readonly apiOrigin: string;
  readonly tokenEndpoint: string;
  readonly authorizeEndpoint: string;
  readonly users: readonly { readonly email: string; readonly organization: { readonly id: string } }[];
  close(): Promise<void>;
}

/** What the relay uses of the package. */
interface SandboxPackage {
  readonly createSandbox: () => Promise<Sandbox>;
  readonly SANDBOX_CLIENT: SandboxClient;
  readonly SANDBOX_SIGN_IN_CLIENT: SandboxClient;
}

/** A sandbox that runs in this process. */
export interface RunningSandbox {
  readonly target: SandboxTarget;
  /** Addresses of users who can sign in, with any password. */
  readonly users: readonly string[];
  readonly loginOrigin: string;
  close(): Promise<void>;
}

const isSandboxPackage = (module: object): module is SandboxPackage =>
  'createSandbox' in module && 'SANDBOX_CLIENT' in module && 'SANDBOX_SIGN_IN_CLIENT' in module;

/** Loads the package that the app has installed. The relay does not depend on it. */
async function load(folder: string): Promise<SandboxPackage> {
  let path: string;
  try {
    path = createRequire(join(folder, 'package.json')).resolve('genesys-sandbox');
  } catch {
    throw new CommandError(
      `genesys-sandbox is not installed in ${folder}. Install its tarball, which lies beside that of the relay: npm install --save-dev FOLDER/genesys-sandbox-VERSION.tgz`
    );
  }
  const module: unknown = await import(pathToFileURL(path).href);
  if (typeof module === 'object' && module !== null && isSandboxPackage(module)) return module;
  throw new CommandError(`The installed genesys-sandbox does not fit this relay. Install both in the same version.`);
}

/**
 * Starts the sandbox on two free ports.
 *
 * @param folder from which the package is resolved
 */
export async function startSandbox(folder: string): Promise<RunningSandbox> {
  const { createSandbox, SANDBOX_CLIENT, SANDBOX_SIGN_IN_CLIENT } = await load(folder);
  const sandbox = await createSandbox();
  const { tokenEndpoint, apiOrigin, authorizeEndpoint, loginOrigin, users } = sandbox;
  const clientOf = ({ id, secret }: SandboxClient): SandboxClient => ({ id, secret });
  return {
    target: {
      endpoints: { tokenEndpoint, apiOrigin },
      authorizeEndpoint,
      logoutEndpoint: `${loginOrigin}/logout`,
      client: clientOf(SANDBOX_CLIENT),
      signInClient: clientOf(SANDBOX_SIGN_IN_CLIENT),
      organizationId: users[0]?.organization.id ?? ''
    },
    users: users.slice(0, 2).map(({ email }) => email),
    loginOrigin,
    close: () => sandbox.close()
  };
}
