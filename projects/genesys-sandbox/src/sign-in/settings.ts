/**
 * How users sign in. The first two are settings of an organization. Genesys has not published the others,
 * so each can be set to the behaviour that an app must handle.
 */
export interface SandboxSignIn {
  /** Automatic inactivity timeout of users' tokens, 300 to 28800 seconds. With it no refresh tokens are issued. Default: none. */
  readonly inactivityTimeoutSeconds?: number;
  /** Whether the API checks the scopes of users' tokens; default `true`. */
  readonly enforceScopes?: boolean;
  /** Whether `tokens/me` lists the scopes of a token in `authorizedScope`; default `true`. */
  readonly listScopes?: boolean;
  /** Seconds an authorization code lives, 1 to 600; default 60. */
  readonly codeSeconds?: number;
  /** Whether a client with a secret may use PKCE as well; default `true`. */
  readonly pkceWithSecret?: boolean;
  /** Whether a public client gets a refresh token; default `false`. */
  readonly refreshTokensForPublicClients?: boolean;
  /** Whether each refresh replaces the refresh token; default `true`. */
  readonly rotateRefreshTokens?: boolean;
  /** Whether the reuse of a replaced refresh token revokes all tokens of that sign-in; default `true`. */
  readonly revokeOnRefreshTokenReuse?: boolean;
  /** Seconds a refresh token lives, at least 60; default 30 days. */
  readonly refreshTokenSeconds?: number;
  /** Whether `/logout` revokes the user's access tokens of that client, besides the refresh tokens; default `false`. */
  readonly logoutRevokesAccessTokens?: boolean;
}

/** {@link SandboxSignIn} with every default filled in. */
export type SignInSettings = Required<Omit<SandboxSignIn, 'inactivityTimeoutSeconds'>> & {
  readonly inactivityTimeoutSeconds: number | undefined;
};

const DEFAULTS: SignInSettings = {
  inactivityTimeoutSeconds: undefined,
  enforceScopes: true,
  listScopes: true,
  codeSeconds: 60,
  pkceWithSecret: true,
  refreshTokensForPublicClients: false,
  rotateRefreshTokens: true,
  revokeOnRefreshTokenReuse: true,
  refreshTokenSeconds: 30 * 86_400,
  logoutRevokesAccessTokens: false
};

/** Fills in the defaults. Throws a `TypeError` that names the option when a value makes no sense. */
export function resolveSignIn(options: SandboxSignIn): SignInSettings {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(DEFAULTS, name));
  if (unknown !== undefined)
    throw new TypeError(`signIn.${unknown} is not an option: use ${Object.keys(DEFAULTS).join(', ')}.`);
  const settings = { ...DEFAULTS, ...options };
  checkSeconds('codeSeconds', settings.codeSeconds, 1, 600);
  checkSeconds('refreshTokenSeconds', settings.refreshTokenSeconds, 60, 366 * 86_400);
  if (settings.inactivityTimeoutSeconds !== undefined)
    checkSeconds('inactivityTimeoutSeconds', settings.inactivityTimeoutSeconds, 300, 28_800);
  return settings;
}

function checkSeconds(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new TypeError(`signIn.${name} must be a whole number from ${min} to ${max}, not ${value}.`);
}
