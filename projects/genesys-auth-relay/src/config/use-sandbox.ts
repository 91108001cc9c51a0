import type { ParsedConfig } from './schema.ts';
import type { Findings } from './secrets.ts';

/** A sandbox that replaces Genesys Cloud during development. */
export interface SandboxTarget {
  readonly endpoints: { readonly tokenEndpoint: string; readonly apiOrigin: string };
  readonly authorizeEndpoint: string;
  readonly logoutEndpoint: string;
  /** Client for the relay's own calls. */
  readonly client: SandboxClient;
  /** Client that signs users in. */
  readonly signInClient: SandboxClient;
  readonly organizationId: string;
}

/** An OAuth client of a sandbox. Its secret is public. */
export interface SandboxClient {
  readonly id: string;
  readonly secret: string;
}

/** Environment variables with the secrets of the sandbox. */
const SECRET = 'GENESYS_SANDBOX_SECRET';
const SIGN_IN_SECRET = 'GENESYS_SANDBOX_SIGN_IN_SECRET';

const values = <T, U>(record: Readonly<Record<string, T>>, to: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]));

/** The environment with the variables that {@link useSandbox} refers to. */
export const sandboxEnv = (env: NodeJS.ProcessEnv, { client, signInClient }: SandboxTarget): NodeJS.ProcessEnv => ({
  ...env,
  [SECRET]: client.secret,
  [SIGN_IN_SECRET]: signInClient.secret
});

/**
 * Replaces the OAuth clients and the organization by those of a sandbox. The ids of roles and groups in the file belong to the
 * organization, so each user of the sandbox has all roles of `signIn.roles`.
 */
export function useSandbox(config: ParsedConfig, target: SandboxTarget, { issues }: Findings): ParsedConfig {
  const { genesys, signIn, mode, roles } = config;
  if (mode === 'token') {
    const message = 'is token, so the app would send the token of the sandbox to the API of the region';
    issues.push({ key: 'mode', message, fix: 'set mode: proxy, or leave out --sandbox' });
  }
  const hasClient = genesys.client !== undefined || genesys.clients !== undefined;
  const { client, signInClient } = target;
  return {
    ...config,
    genesys: {
      ...genesys,
      client: hasClient ? { id: client.id, secret: { env: SECRET }, auth: 'basic', pool: 1, fallbacks: [] } : undefined,
      clients: undefined
    },
    roles: values(roles, (role) => ({ ...role, client: undefined })),
    signIn: signIn && {
      ...signIn,
      client: { id: signInClient.id, secret: { env: SIGN_IN_SECRET }, auth: 'basic', pkce: true },
      authorizeEndpoint: target.authorizeEndpoint,
      logoutEndpoint: target.logoutEndpoint,
      organizations: [target.organizationId],
      roles: values(signIn.roles, () => ({ everyone: true, roles: [], groups: [], divisions: [] }))
    }
  };
}
