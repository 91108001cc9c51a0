import { Injectable, type Signal, inject } from '@angular/core';
import {
  RELAY_PATHS,
  RETURN_TO_PARAMETER,
  type SessionUser,
  type SignOutResponse,
  isRecord
} from 'genesys-auth-protocol';
import { firstValueFrom } from 'rxjs';
import { CONFIGURATION, CONFIGURATION_REGISTRY } from '../core/configuration';
import type { GenesysAuthCore } from '../core/core';
import { GenesysAuthError, configError } from '../errors';
import { isText } from '../values';
import { PAGE, type Page } from './page';
import { SignInReturn, WINDOW_PARAMETER, withoutResult } from './sign-in-return';
import { SignInSession } from './session';

/** Options of {@link GenesysSignIn.signIn}. */
export interface SignInRequest {
  /** The page to return to: a URL of the app, as in the address bar. The current page with query and fragment by default. */
  readonly returnTo?: string | undefined;
  /** The e-mail address that the sign-in page shows. */
  readonly loginHint?: string | undefined;
  /** The short name of the organization in Genesys Cloud. It needs {@link provider}. */
  readonly org?: string | undefined;
  /** The single sign-on provider of the organization, for example `okta`. It needs {@link org}. */
  readonly provider?: string | undefined;
  /**
   * `login` asks for the password, although the browser may be signed in to Genesys Cloud. For a change of user. It is the default after
   * `organization_not_allowed` and `policy_denied`, as the same user would fail again.
   */
  readonly prompt?: 'login' | undefined;
  /**
   * Signs in in a new window, so that this page keeps what the user has typed. Call it in a click handler, or the browser blocks
   * the window. It closes itself after sign-in where the browser allows that, and all tabs are signed in. {@link returnTo} has no effect.
   */
  readonly newWindow?: boolean | undefined;
}

/** The longest `return_to` that the relay takes, in bytes. */
const MAX_RETURN_TO = 1024;

/**
 * Signs users in with Genesys Cloud through the relay. Provided by {@link withSignIn}.
 *
 * @example
 * ```ts
 * protected readonly signIn = inject(GenesysSignIn);
 * ```
 * ```html
 * @if (signIn.user(); as user) {
 *   {{ user.name }} <button (click)="signIn.signOut()">Sign out</button>
 * } @else if (signIn.user() === null) {
 *   <button (click)="signIn.signIn()">Sign in</button>
 * }
 * ```
 */
@Injectable()
export class GenesysSignIn {
  readonly #configuration = inject(CONFIGURATION);
  readonly #registry = inject(CONFIGURATION_REGISTRY);
  readonly #session = inject(SignInSession);
  readonly #page = inject(PAGE);
  readonly #signInReturn = inject(SignInReturn);

  /** The signed-in user; `null` if no user is signed in, and `undefined` until the relay has answered. */
  readonly user: Signal<SessionUser | null | undefined> = this.#session.user;
  /** When the session ends at the latest, by the clock of the relay; `null` without a user, or if the relay does not say. */
  readonly expiresAt: Signal<Date | null> = this.#session.expiresAt;
  /**
   * Why no user is signed in, if there is a reason to show: `sign_in_cancelled`, `sign_in_failed`, `organization_not_allowed`,
   * `cookies_blocked`, `session_ended`, or `relay_forbidden` if no role is mapped to the user (`problem.code` is `policy_denied`).
   * `null` again when the page is left for sign-in, or a user is signed in.
   */
  readonly problem: Signal<GenesysAuthError | null> = this.#session.problem;

  /**
   * Leaves the page for the sign-in page of Genesys Cloud, and returns to the same page afterwards. Does nothing on a server.
   *
   * @throws {@link GenesysAuthError} `config_unavailable` where the configuration could not be loaded
   * @example <button (click)="signIn.signIn({ prompt: 'login' })">Another user</button>
   */
  async signIn(request: SignInRequest = {}): Promise<void> {
    // Without a pause if possible: a browser blocks windows that do not open within the click.
    const core = this.#configuration.core ?? (await this.#ready());
    const prompt = needsOtherUser(this.problem()) ? 'login' : undefined;
    // The page that opens a window stays, and so does its problem: the user may close the window.
    if (!request.newWindow) this.#session.beginSignIn(false);
    this.#navigate(core, { ...request, prompt: request.prompt ?? prompt });
  }

  /**
   * Ends the session at the relay, in all tabs. Pending requests fail with `signed_out`. The browser stays signed in to Genesys
   * Cloud; to end that session too, navigate to the returned URL. Leave a guarded page before that: "Back" would lead to it, and its
   * guard would start sign-in again.
   *
   * @returns the URL that ends the session at Genesys Cloud, and then returns to the app
   * @throws {@link GenesysAuthError} `relay_*` if the relay did not answer, and then the user is still signed in
   * @example
   * const logoutUrl = await this.signIn.signOut();
   * await this.router.navigateByUrl('/signed-out', { replaceUrl: true });
   * location.assign(logoutUrl);
   */
  async signOut(): Promise<string> {
    const { relay } = await this.#ready();
    const answer = await firstValueFrom(relay.call('POST', RELAY_PATHS.signOut, undefined, isSignOutResponse));
    this.#session.signOutAllTabs();
    return answer.logoutUrl;
  }

  /**
   * Waits until it is known whether a user is signed in, and starts sign-in if no user is. `requireSignIn()` of
   * `ngx-genesys-auth/router` calls it.
   *
   * It does not start sign-in again by itself after sign-in was cancelled or has failed, nor more than three times within a minute. It
   * rejects with {@link problem} then; offer a button that calls {@link signIn}.
   *
   * @param returnTo see {@link SignInRequest.returnTo}
   * @returns true if a user is signed in; false if the page is being left for sign-in, and on a server
   * @throws {@link GenesysAuthError} `sign_in_cancelled`, `sign_in_failed`, `organization_not_allowed`, `cookies_blocked`, and
   *   `relay_*`, `config_unavailable` if it is not known whether a user is signed in
   */
  async requireUser(returnTo?: string): Promise<boolean> {
    try {
      await firstValueFrom((await this.#ready()).tokens.get());
    } catch (error) {
      const isKnown = this.user() ?? this.problem() ?? isSignedOut(error);
      if (this.#page && !isKnown) throw error;
    }
    if (this.user()) return true;
    if (!this.#page) return false;
    const problem = this.problem();
    if (problem && problem.code !== 'session_ended') throw problem;
    const repeated = this.#session.beginSignIn(true);
    if (repeated) throw repeated;
    this.#navigate(await this.#ready(), { returnTo });
    return false;
  }

  /**
   * The sign-in of another configuration.
   *
   * @param name the `name` of the configuration
   * @throws {@link GenesysAuthConfigError} `config_invalid` if there is none of that name, or it has no `withSignIn()`
   * @example inject(GenesysSignIn).for('emea').user()
   */
  for(name: string): GenesysSignIn {
    const found = this.#registry.get(name).injector.get(GenesysSignIn, null, { self: true });
    if (!found) throw noSignIn(name);
    return found;
  }

  #ready(): Promise<GenesysAuthCore> {
    return firstValueFrom(this.#configuration.ready());
  }

  #navigate({ config }: GenesysAuthCore, request: SignInRequest): void {
    const page = this.#page;
    if (!page) return;
    const { name, relayUrl } = config;
    const url = signInUrl(this.#session.signInUrl ?? '', relayUrl + RELAY_PATHS.signIn, page);
    // A second try in a window that was opened for sign-in closes that window as well.
    const isForWindow = request.newWindow ?? (this.#signInReturn.isInNewWindow && request.returnTo === undefined);
    const parameters = {
      [RETURN_TO_PARAMETER]: isForWindow ? windowPage(page, name) : pageToReturnTo(page, request.returnTo),
      login_hint: request.loginHint,
      org: request.org,
      provider: request.provider,
      prompt: request.prompt
    };
    for (const [key, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(key, value);
    if (request.newWindow) page.open(url.href);
    else page.go(url.href);
  }
}

/** The sign-in of the configuration without a name, or else of the first one that has it. */
export function defaultSignIn(): GenesysSignIn {
  const { all } = inject(CONFIGURATION_REGISTRY);
  const candidates = [...all.filter(({ name }) => name === undefined), ...all];
  for (const { injector } of candidates) {
    const found = injector.get(GenesysSignIn, null, { self: true });
    if (found) return found;
  }
  throw noSignIn(undefined);
}

const noSignIn = (name: string | undefined) => configError('features', 'noSignIn', { name });

/** The URL that the relay gave, or the one below its mount point until it has given one. */
function signInUrl(given: string, otherwise: string, { baseUrl }: Page): URL {
  const isWeb = URL.canParse(given) && /^https?:/.test(given);
  return new URL(isWeb ? given : otherwise, baseUrl);
}

function pageToReturnTo({ url }: Page, returnTo: string | undefined): string {
  const target = withoutResult(new URL(returnTo ?? url, url));
  if (target.href.length <= MAX_RETURN_TO) return target.href;
  // A page without its query is better than no sign-in.
  target.search = target.hash = '';
  return target.href.length <= MAX_RETURN_TO ? target.href : target.origin;
}

/** The start page of the app, with a mark that lets it close itself. */
function windowPage({ baseUrl }: Page, name = ''): string {
  const target = new URL('.', baseUrl);
  target.searchParams.set(WINDOW_PARAMETER, name);
  return target.href;
}

const isSignOutResponse = (answer: unknown): answer is SignOutResponse =>
  isRecord(answer) && isText(answer['logoutUrl']) && /^https?:/.test(answer['logoutUrl']);

/** Whether the user may not use the app. Genesys Cloud remembers the user, and would not ask who signs in. */
const needsOtherUser = (problem: GenesysAuthError | null): boolean =>
  problem?.code === 'organization_not_allowed' || problem?.problem?.code === 'policy_denied';

/** Whether an error says that no user is signed in. After any other error that is not known. */
const isSignedOut = (error: unknown): boolean =>
  error instanceof GenesysAuthError && ['sign_in_required', 'session_ended', 'signed_out'].includes(error.code);
