import type { DevConfig } from './config.ts';
import { isProduction } from './production.ts';
import type { ParsedConfig } from './schema.ts';
import type { Secret } from './secret.ts';
import type { Findings } from './secrets.ts';
import type { SandboxTarget } from './use-sandbox.ts';

/** The additional settings of a relay that runs for development. */
export interface DevOptions {
  /** The key that the dev server sends with each request. */
  readonly key: Secret;
  /** Replaces Genesys Cloud. */
  readonly sandbox?: SandboxTarget | undefined;
}

/**
 * Checks the section `dev`.
 *
 * @param options `undefined`: the relay does not run for development, and the section has no effect
 */
export function resolveDev(
  { dev }: ParsedConfig,
  options: DevOptions | undefined,
  env: NodeJS.ProcessEnv,
  { issues, warnings }: Findings
): DevConfig | undefined {
  if (options === undefined) {
    if (dev !== undefined) warnings.push('The section dev is used by genesys-auth-relay dev only.');
    return dev && { ...dev, key: undefined };
  }
  if (isProduction(env)) {
    const message = 'admits every caller with the key of this folder, and NODE_ENV is production';
    issues.push({ key: 'dev', message, fix: 'run "genesys-auth-relay serve", or unset NODE_ENV' });
  }
  if (dev === undefined) {
    const fix = 'name the roles of the developer, from the section roles: dev: { roles: [developer] }';
    issues.push({ key: 'dev', message: 'is missing', fix });
    return undefined;
  }
  return { ...dev, key: options.key };
}
