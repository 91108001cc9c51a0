import type { GenesysRegionName } from 'genesys-auth-protocol';
import type { GenesysScope } from 'genesys-scopes';
import type { Observable } from 'rxjs';

/** How the relay is reached. */
export interface GenesysRelayConfig {
  /** Where the relay is mounted: a path of this site (`/genesys`) or a whole URL (`https://relay.example.com/genesys`). */
  readonly url: string;
  /**
   * Which calls to the relay carry cookies: those to this site only (`same-origin`, the default), all (`include`, for a
   * relay on another origin; its CORS answer must allow credentials) or none (`omit`; only the `fetch` backend of
   * `HttpClient` can do that, XHR always sends cookies to its own site).
   */
  readonly credentials?: 'same-origin' | 'include' | 'omit' | undefined;
  /**
   * Headers for calls to the relay, asked for at each call and in an injection context, for example the company's access
   * token. Calls to the relay go through `HttpClient` in any case, so an interceptor of the app that signs requests
   * applies to them, too.
   */
  readonly headers?: (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>) | undefined;
  /** How long one call to the relay may take, in milliseconds, `headers()` included. 10,000 by default. */
  readonly timeoutMs?: number | undefined;
}

/** The domain (`mypurecloud.de`) or AWS name (`eu-central-1`) of a Genesys Cloud region. */
export type GenesysRegion = GenesysRegionName | (string & {});

/** The API: a Genesys Cloud region, or the origin of another server. */
export type GenesysApiConfig =
  | {
      /** The Genesys Cloud region: its domain (`mypurecloud.de`) or AWS name (`eu-central-1`). */
      readonly region: GenesysRegion;
      /** Only without `region`. */
      readonly apiOrigin?: undefined;
    }
  | {
      /** Only without `apiOrigin`. */
      readonly region?: undefined;
      /** The API's origin, for servers outside the regions of Genesys Cloud (`http://localhost:4211`, the sandbox). */
      readonly apiOrigin: string;
    };

/**
 * The configuration of {@link provideGenesysAuth}. Give either `region` or `apiOrigin`.
 *
 * @example { region: 'mypurecloud.de', relay: '/genesys', scopes: ['analytics', 'routing'] }
 */
export type GenesysAuthConfig = GenesysApiConfig & GenesysAuthOptions;

/** The options of {@link GenesysAuthConfig} for every API. */
export interface GenesysAuthOptions {
  /** The relay: where it is mounted, or more about it. */
  readonly relay: string | GenesysRelayConfig;
  /** The scopes the token must have. A relay that does not grant one of them makes every request fail, naming it. */
  readonly scopes: readonly GenesysScope[];
  /** Scopes the token gets if the relay grants them to this user. */
  readonly optionalScopes?: readonly GenesysScope[] | undefined;
  /** The exact list of scopes that exist. Without it, names outside the areas of Genesys Cloud pass as your own. */
  readonly registeredScopes?: readonly string[] | undefined;
  /** How many seconds before its end a token is renewed, in the background. 60 by default, at most half of its life. */
  readonly renewAheadSeconds?: number | undefined;
  /**
   * A name for this configuration; it appears in messages. Several configurations beside each other need one, all but the
   * one that `inject(GenesysAuthService)` gives.
   */
  readonly name?: string | undefined;
}

/**
 * Gives a configuration that is known only at run time: a promise, or an observable whose first value counts. It is called
 * when the app starts, in an injection context.
 *
 * @example () => inject(HttpClient).get<GenesysAuthConfig>('/genesys.json')
 */
export type GenesysAuthConfigLoader = () => Promise<GenesysAuthConfig> | Observable<GenesysAuthConfig>;

/** A configuration that is known only at run time, and has a name by which it is known before. */
export interface LoadedGenesysAuthConfig {
  /** Its name, whatever name the loaded configuration gives itself. */
  readonly name?: string | undefined;
  /** Loads it. */
  readonly load: GenesysAuthConfigLoader;
}

/** A configuration after its check: every default filled in, every URL in canonical form. */
export interface ResolvedConfig {
  readonly name: string | undefined;
  readonly region: string | undefined;
  readonly apiOrigin: string;
  /** Without a slash at the end. */
  readonly relayUrl: string;
  readonly credentials: 'same-origin' | 'include' | 'omit';
  readonly headers: GenesysRelayConfig['headers'];
  readonly timeoutMs: number;
  /** Canonical: sorted, each once. */
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
  readonly registeredScopes: readonly string[] | undefined;
  readonly renewAheadMs: number;
}
