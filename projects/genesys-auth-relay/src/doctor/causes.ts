/** Classes of causes. Each has a different exit code, so that a script can distinguish them. */
export type CauseClass = keyof typeof EXIT_CODES;

/** Exit codes of `doctor`. 2 is wrong use of the command, as everywhere in this program. */
export const EXIT_CODES = {
  configuration: 1,
  network: 10,
  endpoint: 11,
  credentials: 12,
  client: 13,
  scopes: 14,
  permissions: 15,
  clock: 16,
  server: 17,
  unclear: 18
} as const;

/** Every cause that the doctor can name, by its class. The names are stable: scripts read them from `--json`. */
export const CAUSES = {
  config_invalid: 'configuration',
  secret_missing: 'configuration',
  redirect_uri_not_https: 'configuration',
  app_on_other_site: 'configuration',
  session_key_unusable: 'configuration',
  host_unreachable: 'network',
  host_timeout: 'network',
  tls_failed: 'network',
  proxy_unreachable: 'network',
  proxy_authentication: 'network',
  proxy_refused: 'network',
  api_unreachable: 'network',
  region_unknown: 'endpoint',
  wrong_region: 'endpoint',
  unknown_client_or_region: 'endpoint',
  unknown_client: 'endpoint',
  api_host_as_login_host: 'endpoint',
  regions_mixed: 'endpoint',
  credentials_in_query: 'endpoint',
  not_a_token_endpoint: 'endpoint',
  redirected: 'endpoint',
  unexpected_continue: 'endpoint',
  error_in_success: 'endpoint',
  not_the_api: 'endpoint',
  token_refused_by_api: 'endpoint',
  content_type_lost: 'endpoint',
  secret_newline: 'credentials',
  secret_spaces: 'credentials',
  secret_quotes: 'credentials',
  secret_url_encoded: 'credentials',
  secret_placeholder: 'credentials',
  secret_is_id: 'credentials',
  secret_is_basic_header: 'credentials',
  secret_wrong_or_rotated: 'credentials',
  auth_method_refused: 'credentials',
  assertion_refused: 'credentials',
  key_id_wrong: 'credentials',
  issuer_wrong: 'credentials',
  certificate_refused: 'credentials',
  certificate_expired: 'credentials',
  key_mismatch: 'credentials',
  wrong_grant_type: 'client',
  client_disabled: 'client',
  sign_in_grant_type: 'client',
  sign_in_secret_missing: 'credentials',
  scope_misspelt: 'scopes',
  scope_refused: 'scopes',
  scope_not_allowed: 'scopes',
  grant_too_narrow: 'scopes',
  grant_too_wide: 'scopes',
  missing_permission: 'permissions',
  address_not_allowed: 'permissions',
  clock_skew: 'clock',
  rate_limited: 'server',
  server_failed: 'server',
  secret_or_region: 'unclear',
  api_refuses: 'unclear',
  answer_does_not_tell: 'unclear'
} as const satisfies Record<string, CauseClass>;

/** The stable name of a cause. */
export type Cause = keyof typeof CAUSES;

/** One finding of the doctor. */
export interface Finding {
  readonly cause: Cause;
  /** A warning alone leaves the exit code 0. */
  readonly severity: 'error' | 'warning';
  /** What is wrong, and how certain that is. */
  readonly message: string;
  /** The fix. */
  readonly fix: string;
  /** Which client, and which of its fallbacks, where there are several. */
  readonly credential?: string;
}

/** One step of the doctor. */
export interface Step {
  readonly name: string;
  readonly outcome: 'ok' | 'problem' | 'unclear' | 'skipped';
  /** What was tried, or why it was skipped. */
  readonly tried: string;
  /** The answer in short: no body, no secret, no token. */
  readonly answer?: string;
  /** Which client, and which of its fallbacks, where there are several. */
  readonly credential?: string;
}

/** An error with message and fix. */
export const finding = (
  cause: Cause,
  message: string,
  fix: string,
  severity: Finding['severity'] = 'error'
): Finding => ({ cause, severity, message, fix });

/** The exit code of a list of findings: that of the first error. */
export function exitCodeOf(findings: readonly Finding[]): number {
  const first = findings.find(({ severity }) => severity === 'error');
  return first === undefined ? 0 : EXIT_CODES[CAUSES[first.cause]];
}
