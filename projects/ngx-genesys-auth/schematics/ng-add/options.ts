import { SchematicsException } from '@angular-devkit/schematics';

/** Who sends the calls of the API to Genesys Cloud: the relay, or the browser with a token. */
export type Mode = 'proxy' | 'token';

/** The options of `ng add`, see `schema.json`. */
export interface NgAddOptions {
  readonly project?: string;
  readonly region?: string;
  readonly apiOrigin?: string;
  readonly relay?: string;
  readonly scopes?: string;
  readonly mode?: Mode;
  readonly proxy?: boolean;
  readonly proxyTarget?: string;
  readonly sandbox?: boolean;
  readonly signIn?: boolean;
  readonly example?: boolean;
}

/** {@link NgAddOptions} after their check. */
export interface Answers {
  readonly api: { readonly region: string } | { readonly apiOrigin: string };
  readonly relay: string;
  readonly scopes: readonly string[];
  /** The mode of the relay. The app must have the same one. */
  readonly mode: Mode;
  /** Where calls to the relay go while the app is developed; `undefined` if it is not the dev server's business. */
  readonly proxyTarget: string | undefined;
  /** Whether the relay calls a local sandbox while the app is developed. */
  readonly sandbox: boolean;
  /** Whether users sign in with Genesys Cloud. */
  readonly signIn: boolean;
}

/** The end of a run that changed nothing: a schematic writes its tree only when it comes to its end. */
export const stop = (message: string): never => {
  throw new SchematicsException(`ngx-genesys-auth: ${message} Nothing was changed.`);
};

/**
 * Checks what was given, all of it before anything is changed.
 *
 * @throws SchematicsException that says what is wrong and what to write instead
 */
export async function checkOptions(options: NgAddOptions): Promise<Answers> {
  const {
    relay = '/genesys',
    mode = 'proxy',
    proxy = true,
    proxyTarget = 'http://localhost:8080',
    signIn = false
  } = options;
  if (signIn && mode === 'token') {
    stop(
      'users can sign in only in proxy mode, where their token stays in the relay. Leave out --mode=token or --sign-in.'
    );
  }
  const api = options.apiOrigin === undefined ? await readRegion(options.region) : readApiOrigin(options.apiOrigin);
  if (/['"\\\s?#]/.test(relay) || !(/^\/(?!\/)/.test(relay) || isRelayUrl(relay))) {
    stop(
      `"${relay}" is not an address of a relay. Write a path (/genesys) or a URL (https://relay.example.com/genesys).`
    );
  }
  if (proxy && relay === '/') {
    stop(
      'with a relay at "/" the dev server would forward every page to it. Write a path (/genesys), or give --no-proxy.'
    );
  }
  const scopes = await readScopes(options.scopes);
  const hasProxy = proxy && relay.startsWith('/');
  if (hasProxy) checkTarget(proxyTarget);
  return {
    api,
    relay,
    scopes,
    mode,
    signIn,
    proxyTarget: hasProxy ? proxyTarget : undefined,
    // The sandbox replaces the API of a region, and only behind a relay that calls it: the API accepts no token of the sandbox.
    sandbox: (options.sandbox ?? true) && 'region' in api && mode === 'proxy'
  };
}

/** Whether nobody on the network can read what is sent to a URL: it uses https, or stays on this machine. */
const isPrivate = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || /^((.+\.)?localhost|127\.[\d.]+|\[::1\])$/.test(hostname);

/** Whether the library takes a URL as the place of the relay: tokens and credentials may be sent there. */
function isRelayUrl(relay: string): boolean {
  if (!/^https?:\/\/[^/]/i.test(relay) || !URL.canParse(relay)) return false;
  const url = new URL(relay);
  return isPrivate(url) && url.username === '' && url.password === '';
}

async function readRegion(region: string | undefined): Promise<{ region: string }> {
  const { GENESYS_REGIONS, findRegion } = await import('genesys-auth-protocol');
  if (region === undefined || region === '') {
    return stop('the region is missing. Give it as --region=mypurecloud.de, or another of the 18 regions.');
  }
  const found = findRegion(region);
  if (found) return { region: found.domain };
  const { nearestScope } = await import('genesys-scopes');
  // People paste hosts and URLs: https://apps.mypurecloud.de/ means mypurecloud.de.
  const host = region.replace(/^https?:\/\/|[/:].*$/g, '').replace(/^(?:api|login|apps)\./, '');
  const names = GENESYS_REGIONS.flatMap(({ aws, domain }) => [domain, aws]);
  const nearest = nearestScope(host, names) ?? names.find((name) => name === host);
  return stop(
    `Genesys Cloud has no region "${region}". ${nearest ? `Did you mean "${nearest}"?` : `There are: ${names.filter((_, at) => at % 2 === 0).join(', ')}.`}`
  );
}

/** It wins over a region: the CLI asks for one whatever else is given. */
function readApiOrigin(apiOrigin: string): { apiOrigin: string } {
  if (!URL.canParse(apiOrigin) || new URL(apiOrigin).origin !== apiOrigin) {
    stop(`"${apiOrigin}" is not an origin. Write it like http://localhost:4211.`);
  }
  return { apiOrigin };
}

async function readScopes(list: string | undefined): Promise<readonly string[]> {
  const { checkScopes } = await import('genesys-scopes');
  const scopes = [...new Set((list ?? '').split(/[\s,]+/).filter(Boolean))];
  if (scopes.length === 0) {
    stop(
      'no scope is given. Name what the app needs, for example --scopes=analytics:readonly,routing:readonly. ' +
        '"npx --no-install genesys-scopes audit src" reads it from the code.'
    );
  }
  const findings = checkScopes(scopes);
  if (findings.length > 0) {
    stop(
      ['these scopes cannot be right.', ...findings.map(({ message, hint }) => `\n  ${message} ${hint}`), '\n'].join('')
    );
  }
  return scopes;
}

/** Stops the run if the dev proxy cannot or should not send the development key to this URL. */
function checkTarget(proxyTarget: string): void {
  if (!URL.canParse(proxyTarget) || !/^https?:/.test(proxyTarget)) {
    stop(`"${proxyTarget}" is not a URL for the dev proxy. Write it like http://localhost:8080.`);
  }
  const target = new URL(proxyTarget);
  if (target.username !== '' || target.password !== '') {
    stop(
      `the proxy target has a user or a password, which would be in the proxy file. Write it like ${target.origin}.`
    );
  }
  if (!isPrivate(target)) {
    stop(
      `everyone on the way to ${target.origin} can read the key that the dev proxy sends with each request. ` +
        `Write https://${target.host}, or use a relay on this machine, for example http://localhost:8080.`
    );
  }
}
