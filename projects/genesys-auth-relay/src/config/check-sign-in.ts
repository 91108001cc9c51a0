import { getDomain } from 'tldts';
import type { SignInClient, SignInConfig } from './config.ts';
import { readCredential } from './credential.ts';
import type { Endpoints } from './endpoints.ts';
import { nearestName } from './nearest.ts';
import { isProduction } from './production.ts';
import { shown } from './says.ts';
import type { ParsedConfig } from './schema.ts';
import { type Findings, type Surroundings, readReference } from './secrets.ts';

type Written = NonNullable<ParsedConfig['signIn']>;

/** Suffix of every redirect URI. */
const CALLBACK = '/sign-in/callback';

/** The site of a URL in browsers: its scheme and its registrable domain. */
function siteOf(text: string): string {
  const { protocol, hostname } = new URL(text);
  // An address and localhost have no domain: the host itself is the site.
  return `${protocol}//${getDomain(hostname, { allowPrivateDomains: true }) ?? hostname}`;
}

function checkUrls(signIn: Written, origins: readonly string[], { issues }: Findings, env: NodeJS.ProcessEnv): void {
  const { redirectUri, appUrl, dev } = signIn;
  const complain = (key: string, message: string, fix: string) => {
    issues.push({ key: `signIn.${key}`, message, fix });
  };
  const redirect = new URL(redirectUri);
  const app = new URL(appUrl);
  if (!redirect.pathname.endsWith(CALLBACK) || redirect.search !== '') {
    complain('redirectUri', `does not end with ${CALLBACK}`, `write the URL of the relay followed by ${CALLBACK}`);
  }
  if (redirect.href !== redirectUri)
    complain('redirectUri', 'is not in its exact form', `write ${redirect.href}, here and in Genesys Cloud`);
  if (app.search !== '') complain('appUrl', 'has a query', 'remove it');
  if (siteOf(redirectUri) !== siteOf(appUrl)) {
    complain(
      'appUrl',
      `${shown(app.origin)} and the relay at ${shown(redirect.origin)} are two sites, so browsers would not send the cookie`,
      'serve both with https on one domain, for example app.example.com and relay.example.com'
    );
  } else if (app.origin !== redirect.origin && !origins.includes(app.origin)) {
    complain('appUrl', `${shown(app.origin)} is not in cors.origins`, `add ${app.origin} to cors.origins`);
  }
  if (redirect.protocol === 'http:' && !dev) {
    complain('redirectUri', 'is not encrypted', 'use https, or set signIn.dev: true for development on this machine');
  }
  if (dev && isProduction(env)) complain('dev', 'is true and NODE_ENV is production', 'remove it');
}

/** Checks the roles of users, in `signIn` or in an identity of type `genesysToken`. */
function checkUserRoles({ roles }: ParsedConfig, mapping: Written['roles'], at: string, { issues }: Findings): void {
  const known = Object.keys(roles);
  for (const [name, who] of Object.entries(mapping)) {
    const key = `${at}.${name}`;
    if (!known.includes(name)) {
      const nearest = nearestName(name, known);
      const fix = nearest === undefined ? 'add it to the section roles' : `did you mean "${nearest}"?`;
      issues.push({ key, message: `there is no role ${shown(name)}`, fix });
    }
    if (who.everyone || who.roles.length + who.groups.length + who.divisions.length > 0) continue;
    issues.push({ key, message: 'no user would have this role', fix: 'list roles, groups or divisions' });
  }
  if (Object.keys(mapping).length > 0) return;
  issues.push({ key: at, message: 'is empty', fix: 'define who has which role of the section "roles"' });
}

/** Checks the identities for Genesys Cloud tokens of users. */
export function checkGenesysTokens(config: ParsedConfig, found: Findings): void {
  config.identities.forEach((identity, index) => {
    if (identity.type !== 'genesysToken') return;
    const key = `identities[${index}]`;
    checkUserRoles(config, identity.roles, `${key}.roles`, found);
    if (config.mode === 'proxy') return;
    const message = 'needs mode: proxy: calls are sent with the token of the caller';
    found.issues.push({ key, message, fix: 'set mode: proxy' });
  });
}

function checkRoleNames({ roles, signIn }: ParsedConfig & { signIn: Written }, { issues }: Findings): void {
  const known = Object.keys(roles);
  const check = (role: string, key: string) => {
    if (known.includes(role)) return;
    const nearest = nearestName(role, known);
    const fix = nearest === undefined ? 'add it to the section roles' : `did you mean "${nearest}"?`;
    issues.push({ key, message: `there is no role ${shown(role)}`, fix });
  };
  signIn.signedOutRoles?.forEach((role, index) => {
    check(role, `signIn.signedOutRoles[${index}]`);
  });
}

function checkCombination(config: ParsedConfig & { signIn: Written }, { issues }: Findings): void {
  const { signIn, mode, identities, genesys, notifications } = config;
  const hasClient = genesys.client !== undefined || genesys.clients !== undefined;
  const complain = (key: string, message: string, fix: string) => {
    issues.push({ key, message, fix });
  };
  if (mode !== 'proxy')
    complain('signIn', 'needs mode: proxy: the token of a user never leaves the relay', 'set mode: proxy');
  if (identities.some(({ type }) => type === 'loopback') && !signIn.dev) {
    complain(
      'signIn',
      'cannot be combined with the loopback identity, which admits every program on this machine without sign-in',
      'remove the loopback identity, or set signIn.dev: true for development'
    );
  }
  if (hasClient) return;
  const fix = 'add genesys.client, an OAuth client with the grant type Client Credentials';
  if (signIn.actAs === 'service') complain('genesys.client', 'is missing: signIn.actAs: service uses its token', fix);
  if (signIn.signedOutRoles !== undefined)
    complain('genesys.client', 'is missing: signIn.signedOutRoles need its token', fix);
  if (notifications !== false) complain('genesys.client', 'is missing: the notification hub needs its token', fix);
  if (identities.some(({ type }) => type !== 'genesysToken'))
    complain('genesys.client', 'is missing: the identities need its token', fix);
}

function readClient({ client }: Written, around: Surroundings, found: Findings): SignInClient | undefined {
  const { auth, pkce, secret } = client;
  const key = 'signIn.client';
  const id = readReference(client.id, `${key}.id`, around, found);
  if (secret === undefined) {
    if (!pkce) found.issues.push({ key: `${key}.pkce`, message: 'is false and there is no secret', fix: 'remove it' });
    found.warnings.push(
      `${key}: has no secret, so it is a public client: Genesys Cloud gives it no refresh token. Prefer a client with a secret`
    );
    return id === undefined ? undefined : { id, auth: 'none', secret: undefined, pkce: true };
  }
  const credential = readCredential({ auth, secret }, id, key, around, found);
  return credential && { id: credential.id, auth, secret: credential.secret, pkce };
}

/**
 * Checks how users sign in, and reads the secret of the client.
 *
 * @returns `undefined` when sign-in is off, or when an issue was found
 */
export function resolveSignIn(
  config: ParsedConfig,
  endpoints: Endpoints | undefined,
  around: Surroundings,
  found: Findings
): SignInConfig | undefined {
  const { signIn } = config;
  if (signIn === undefined) return undefined;
  const whole = { ...config, signIn };
  checkUrls(signIn, config.cors.origins, found, around.env);
  checkRoleNames(whole, found);
  checkUserRoles(config, signIn.roles, 'signIn.roles', found);
  checkCombination(whole, found);
  const client = readClient(signIn, around, found);
  if (client === undefined || endpoints === undefined) return undefined;
  const { tokenEndpoint } = endpoints;
  return {
    ...signIn,
    client,
    authorizeEndpoint: signIn.authorizeEndpoint ?? new URL('authorize', tokenEndpoint).href,
    logoutEndpoint: signIn.logoutEndpoint ?? new URL('../logout', tokenEndpoint).href,
    relayUrl: signIn.redirectUri.slice(0, -CALLBACK.length)
  };
}
