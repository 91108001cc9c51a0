import { HttpErrorResponse } from '@angular/common/http';
import type { SignInFailure } from 'genesys-auth-protocol';
import { EmptyError } from 'rxjs';
import type { GenesysAuthErrorCode } from './codes';
import type { RelayProblem } from './error';

/** What an error says in development builds: what happened, and what to do about it. */
export interface ErrorText {
  readonly message: string;
  readonly hint: string;
}

/** The codes whose text is in the table. */
type ExplainedCode = Exclude<
  GenesysAuthErrorCode,
  | 'config_invalid'
  | 'permission_missing'
  | 'scope_malformed'
  | 'scope_near_miss'
  | 'scope_unknown_in_area'
  | 'scope_not_registered'
>;

/** A call to the relay that failed. */
interface FailedCall {
  /** The response, or what was thrown before there was one. */
  readonly cause: unknown;
  /** The relay's own answer. Without it a server or proxy in front of the relay may have answered. */
  readonly problem?: RelayProblem | undefined;
}

/** What the relay serves, and what the app calls. */
interface RegionMismatch {
  readonly session: { readonly region: string | null; readonly apiOrigin: string };
  readonly config: { readonly apiOrigin: string };
}

/**
 * The text of each error in development builds, by its code. Production builds do not contain it. `docs/errors.md` quotes it, and
 * a test compares both.
 *
 * The texts of a wrong configuration are in `config-texts.ts`: such an error has one for each mistake. The API itself says which
 * permission is missing, and `genesys-scopes` what is wrong with the name of a scope.
 */
export const ERROR_TEXTS = {
  scope_not_configured: ({
    scopes: [scope = ''],
    configured
  }: {
    scopes: readonly string[];
    configured: readonly string[];
  }) => ({
    message: `The scope "${scope}" is not configured.`,
    hint:
      `Add "${scope}" to scopes or optionalScopes of the configuration: one token serves them all, and the relay is asked for ` +
      `${quotedList(configured)} now.`
  }),
  scope_not_granted: ({ scopes, granted }: { scopes: readonly string[]; granted?: readonly string[] }) =>
    granted === undefined
      ? {
          message: `The Genesys API requires ${quotedList(scopes)}.`,
          hint:
            `Add ${scopes.length > 1 ? 'one of these scopes' : 'the scope'} to the OAuth client in Genesys Cloud, and to ` +
            'scopes of the configuration.'
        }
      : {
          message: `The relay did not grant ${quotedList(scopes)}.`,
          hint:
            "Give one of your roles the scope in the relay's policy, or do without. " +
            `Granted: ${quotedList(granted) || 'nothing'}.`
        },
  config_unavailable: () => ({
    message: 'The configuration could not be loaded.',
    hint: 'See cause; the next request, or renew(), loads it again.'
  }),
  relay_unreachable: ({ cause }: FailedCall) => {
    if (cause instanceof HttpErrorResponse) {
      return {
        message: 'The relay cannot be reached.',
        hint: 'Check that it runs at the configured URL and that CORS and the content security policy (connect-src) allow it.'
      };
    }
    if (cause instanceof EmptyError) {
      return {
        message: 'The call to the relay ended without an answer.',
        hint: 'An interceptor of the app called it off, for example at a navigation; let it leave calls to the relay alone.'
      };
    }
    return {
      message: 'The call to the relay failed before it left the app.',
      hint: 'An interceptor or relay.headers threw; see cause.'
    };
  },
  relay_timeout: ({ timeoutMs }: { timeoutMs?: number }) =>
    timeoutMs === undefined
      ? {
          message: 'The token had already expired when the answer of the relay arrived.',
          hint: 'Find out why the relay answers so slowly, or give tokens a longer lifetime.'
        }
      : {
          message: `The relay did not answer within ${timeoutMs} ms.`,
          hint: 'Check the network and the relay, or raise relay.timeoutMs.'
        },
  relay_unauthenticated: ({ hasSession }: { hasSession?: boolean }) =>
    hasSession
      ? {
          message: 'The relay gets a credential with its own session call, but none with this call of the API.',
          hint: 'List the interceptor that adds the credential after genesysAuthInterceptor, or use relay.headers.'
        }
      : {
          message: 'The relay does not know who is calling.',
          hint: 'Sign the user in, or send the credential by an interceptor or relay.headers.'
        },
  relay_forbidden: () => ({
    message: 'The relay refuses this caller.',
    hint: "Check the caller's roles in the relay's policy."
  }),
  relay_rate_limited: () => ({
    message: 'The relay was called too often.',
    hint: 'Wait, then try again.'
  }),
  relay_refused: ({ cause }: FailedCall) => ({
    message: `The relay answered ${statusOf(cause)}.`,
    hint: 'Check that relay is the URL of a relay.'
  }),
  relay_unavailable: ({ cause, problem }: FailedCall) =>
    problem
      ? {
          message: 'The relay failed, or the token endpoint that it calls.',
          hint: "The next request asks again; the relay's log says more."
        }
      : {
          message: `No relay answers at its URL; a server or proxy in front of it answered ${statusOf(cause)}.`,
          hint: 'Start the relay, and check that the proxy sends its calls there (with ng serve: target in the file of proxyConfig).'
        },
  relay_invalid_response: () => ({
    message: 'The answer is not what a relay sends.',
    hint: 'Check that relay is the URL of a relay, not of a page or another server.'
  }),
  relay_region_mismatch: ({ session, config }: RegionMismatch) => ({
    message: `The relay serves ${session.region ? `region ${session.region}` : session.apiOrigin}, this app calls ${config.apiOrigin}.`,
    hint: 'Give the same region in the app and in the relay; the API would refuse every token.'
  }),
  relay_mode_mismatch: () => ({
    message: 'The relay issues tokens and forwards no calls to the API.',
    hint: 'Set mode: proxy in the configuration of the relay, or remove withProxyMode().'
  }),
  proxy_mode: () => ({
    message: 'In proxy mode no token reaches the browser.',
    hint: 'Call the API through HttpClient, which sends the request through the relay. To check scopes, use ensureScopes().'
  }),
  proxy_path_refused: ({ path }: { path: string }) => ({
    message: `The path ${path} leaves /api/v2/, so the request was not sent.`,
    hint: 'Encode each value with encodeURIComponent() before you put it into a path, and refuse values that are "." or "..".'
  }),
  api_rate_limited: ({ askedMs, maxWaitMs }: { askedMs: number | undefined; maxWaitMs: number }) => ({
    message:
      askedMs !== undefined && askedMs > maxWaitMs
        ? `The Genesys API asks to wait ${Math.ceil(askedMs / 1000)} s, longer than withRetry() may.`
        : 'The Genesys API still answers 429 (too many requests) after the retries.',
    hint: 'Try again after retryAfterSeconds, if it is given. Make fewer requests at a time, or cache the answers.'
  }),
  token_rejected: ({ expired }: { expired?: boolean }) =>
    expired
      ? {
          message: 'The token expired before the request was sent.',
          hint: 'Put interceptors that delay requests or send them again before genesysAuthInterceptor.'
        }
      : {
          message: 'The Genesys API rejects the token although it was just renewed.',
          hint:
            'Check that the relay serves the same region (session() of GenesysAuthService compares), and that the OAuth client is ' +
            'active and may use this call.'
        },
  signed_out: () => ({
    message: 'clear() was called while this was pending.',
    hint: 'Ask again if the user has signed in again.'
  }),
  server_no_credential: ({ why }: { why?: 'no visitor' | 'no credential' }) => {
    const hint = 'Load Genesys data in the browser, for example in afterNextRender()';
    if (why === 'no visitor')
      return { message: 'A page that is rendered at build time has no visitor.', hint: `${hint}.` };
    if (why === 'no credential') return { message: 'The visitor has no credential.', hint: `${hint}.` };
    return {
      message: 'A token was needed while rendering on the server.',
      hint: `${hint}, or give the server a credential by provideServerGenesysAuth() of ngx-genesys-auth/server.`
    };
  },
  sign_in_required: () => ({
    message: 'No user is signed in.',
    hint: 'Call signIn() of GenesysSignIn, or protect the route by requireSignIn().'
  }),
  sign_in_failed: ({ reason }: { reason?: SignInFailure | undefined }) =>
    reason === undefined
      ? {
          message: 'Sign-in was started several times within a minute, and no user is signed in.',
          hint: 'Offer a button that calls signIn(). Check that the server of the app keeps the query of a URL when it redirects.'
        }
      : {
          message: `Sign-in failed (${reason}).`,
          hint: "Offer to sign in again. The relay's log says more, and its command doctor checks the OAuth client."
        },
  sign_in_cancelled: () => ({
    message: 'The user cancelled sign-in.',
    hint: 'Offer a button that calls signIn().'
  }),
  organization_not_allowed: () => ({
    message: 'The relay does not accept users of this organization.',
    hint: 'Sign in as another user, or list the id of the organization in signIn.organizations of the relay.'
  }),
  session_ended: () => ({
    message: 'The session of the user has ended.',
    hint: 'Keep the page, ask the user to sign in again by signIn({ newWindow: true }), then repeat the request.'
  }),
  session_changed: () => ({
    message: 'Another user has signed in to this browser, so the request was not sent to the API.',
    hint: 'Drop what the page shows. withSignIn() reloads the page.'
  }),
  cookies_blocked: () => ({
    message: 'The user signed in, but the browser did not keep the cookie of the session.',
    hint: 'Allow cookies for the relay, which must be on the site of the app, and open the app in a separate window.'
  })
} satisfies Record<ExplainedCode, (facts: never) => ErrorText>;

const quotedList = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

const statusOf = (cause: unknown): string => (cause instanceof HttpErrorResponse ? `${cause.status}` : 'an error');
