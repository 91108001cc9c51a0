import { outboundIssue } from '../runtime/outbound.ts';
import { canonical } from '../scopes/canonical.ts';
import { checkRoles } from './check-roles.ts';
import { checkCallers, checkIdentities } from './check-identities.ts';
import { checkNotifications } from './check-notifications.ts';
import { checkProxy } from './check-proxy.ts';
import { checkGenesysTokens, resolveSignIn } from './check-sign-in.ts';
import { checkClients, resolveClients } from './clients.ts';
import { type RelayConfig, RESOLVED, isRelayConfig } from './config.ts';
import { endpointsOf } from './endpoints.ts';
import { type ConfigIssue, RelayConfigError } from './error.ts';
import { type DevOptions, resolveDev } from './resolve-dev.ts';
import { resolveIdentities } from './resolve-identities.ts';
import { resolveStore } from './resolve-store.ts';
import { type Interpolated, createHide } from './interpolated.ts';
import { heard } from './says.ts';
import { type ParsedConfig, type RelayConfigInput, relayConfigSchema } from './schema.ts';
import type { Findings, SecretFile, Surroundings } from './secrets.ts';
import { sandboxEnv, useSandbox } from './use-sandbox.ts';

interface SchemaIssue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly SchemaIssue[])[];
}

const keyOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '') || '(whole configuration)';

/** Converts zod's issues: one for each unknown key, with the key in the path. */
function issuesOf(issues: readonly SchemaIssue[]): ConfigIssue[] {
  return issues.flatMap((issue) => {
    // In a union of "a section or false" only the section has details, and the details help.
    const inside = (issue.errors ?? []).filter((branch) =>
      branch.some(({ code, path }) => path.length > 0 || code === 'unrecognized_keys')
    );
    if (inside.length === 1) {
      return issuesOf((inside[0] ?? []).map((deeper) => ({ ...deeper, path: [...issue.path, ...deeper.path] })));
    }
    const said = heard(issue.message);
    const keys = issue.code === 'unrecognized_keys' ? (issue.keys ?? []) : [];
    if (keys.length === 0) return [{ key: keyOf(issue.path), ...said }];
    return keys.map((key, index) => ({
      key: keyOf([...issue.path, key]),
      message: said.message,
      fix: index === 0 ? said.fix : 'remove it or correct its spelling'
    }));
  });
}

function checkListeners({ listen, admin }: ParsedConfig, { issues }: Findings): void {
  if (admin === false || admin.port === 0 || admin.port !== listen.port) return;
  issues.push({
    key: 'admin.port',
    message: `${admin.port} is also the public port`,
    fix: 'give the admin listener a different port'
  });
}

/** How a configuration is read. */
export interface ParseOptions extends Surroundings {
  /** Settings of a relay that runs for development; `undefined`: it does not. */
  readonly dev?: DevOptions | undefined;
  /** Whether the configuration is only checked. */
  readonly isCheck?: boolean;
  /** The values of the file with `${NAME}`. Messages show them in this form. */
  readonly interpolated?: readonly Interpolated[] | undefined;
}

/**
 * Checks a configuration, fills in its defaults and reads its secrets.
 *
 * @param input the configuration as written, for example parsed from YAML
 * @param env environment variables; `NODE_ENV` and the ones that `{ env: NAME }` names are read
 * @param baseDir folder that a relative `{ file: path }` starts from
 * @returns the checked configuration. Its `warnings` deserve attention.
 * @throws RelayConfigError `config_invalid` with every issue: key, what is wrong, what to do
 * @example
 * const config = parseRelayConfig({
 *   mode: 'token',
 *   genesys: { region: 'mypurecloud.de', client: { id: '...', secret: { env: 'GENESYS_CLIENT_SECRET' } } },
 *   scopes: ['analytics'],
 *   identities: [{ type: 'loopback', roles: ['developer'] }],
 *   roles: { developer: { scopes: ['analytics'] } }
 * });
 */
export function parseRelayConfig(
  input: unknown,
  env: NodeJS.ProcessEnv = process.env,
  baseDir: string = process.cwd()
): RelayConfig {
  return parseConfig(input, { env, baseDir });
}

/** As {@link parseRelayConfig}, also for the commands `check` and `dev`. */
export function parseConfig(input: unknown, options: ParseOptions): RelayConfig {
  try {
    return checked(input, options);
  } catch (error) {
    if (!(error instanceof RelayConfigError)) throw error;
    throw new RelayConfigError(error.issues.map(createHide(options.interpolated ?? [])));
  }
}

function checked(input: unknown, { env, baseDir, dev, isCheck = false }: ParseOptions): RelayConfig {
  const parsed = relayConfigSchema.safeParse(input);
  if (!parsed.success) throw new RelayConfigError(issuesOf(parsed.error.issues));
  const files: SecretFile[] = [];
  const found: Findings = { issues: [], warnings: [], files };
  const ownEndpoints = endpointsOf(parsed.data.genesys, found.issues);
  const sandbox = dev?.sandbox;
  const data = sandbox === undefined ? parsed.data : useSandbox(parsed.data, sandbox, found);
  const endpoints = ownEndpoints && { ...ownEndpoints, ...sandbox?.endpoints };
  const around = { env: sandbox === undefined ? env : sandboxEnv(env, sandbox), baseDir };
  const clients = resolveClients(data, around, found);
  const store = resolveStore(data.store, around, found);
  const proxyIssue = outboundIssue(env);
  if (proxyIssue !== undefined) found.issues.push(proxyIssue);
  checkListeners(data, found);
  checkRoles(data, found);
  if (clients !== undefined) checkClients(data, clients, found);
  checkProxy(data, found);
  checkCallers(data, dev !== undefined, isCheck, found);
  checkIdentities(data, env, found);
  checkNotifications(data, clients, found);
  checkGenesysTokens(data, found);
  const signIn = resolveSignIn(data, endpoints, around, found);
  const devConfig = resolveDev(data, dev, env, found);
  const identities = resolveIdentities(data.identities, around, found);
  if (found.issues.length > 0 || endpoints === undefined || clients === undefined)
    throw new RelayConfigError(found.issues);
  const roles = new Map(
    Object.entries(data.roles).map(([name, role]) => [
      name,
      {
        scopes: canonical(role.scopes),
        defaultScopes: canonical(role.defaultScopes),
        client: role.client,
        routes: role.routes,
        requestsPerMinute: role.requestsPerMinute
      }
    ])
  );
  return {
    ...data,
    [RESOLVED]: true,
    genesys: {
      ...endpoints,
      issuer: data.genesys.issuer,
      clients,
      timeoutMs: data.genesys.timeoutMs,
      sendScope: data.genesys.sendScope
    },
    store,
    scopes: canonical(data.scopes),
    identities,
    signIn,
    dev: devConfig,
    roles,
    secretFiles: files,
    warnings: found.warnings
  };
}

/** Returns a checked configuration unchanged, and checks any other. */
export const resolveConfig = (config: RelayConfigInput | RelayConfig): RelayConfig =>
  isRelayConfig(config) ? config : parseRelayConfig(config);
