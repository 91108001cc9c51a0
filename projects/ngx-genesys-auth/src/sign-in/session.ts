import { HttpErrorResponse, type HttpEvent } from '@angular/common/http';
import { type DestroyRef, Injectable, InjectionToken, computed, inject, signal } from '@angular/core';
import {
  GENESYS_SESSION_HEADER,
  SESSION_PATH,
  SIGNED_OUT_SESSION,
  type SessionResponse,
  type SessionUser,
  isSessionResponse
} from 'genesys-auth-protocol';
import { type Observable, Subject, catchError, defer, map, of, switchMap, takeUntil, tap } from 'rxjs';
import { CONFIGURATION } from '../core/configuration';
import { GenesysAuthError, authError } from '../errors';
import type { SessionLink } from '../proxy/session-link';
import type { RelayClient } from '../relay/client';
import { relayError } from '../relay/relay-error';
import { signedOut } from '../token/single-flight';
import { isText, readRecord } from '../values';
import { PAGE } from './page';
import { forgetRedirects, rememberRedirect } from './redirects';
import { SignInReturn } from './sign-in-return';
import { SignInTabs } from './tabs';

/** Options of {@link withSignIn}. */
export interface SignInOptions {
  /**
   * Called when another user has signed in to this browser while the page shows the data of a user. By default the page is reloaded,
   * as that surely removes all of it. If you replace it, drop everything that the app has loaded.
   */
  readonly onUserChanged?: (() => void) | undefined;
}

/** The {@link SignInOptions} of a configuration. */
export const SIGN_IN_OPTIONS = new InjectionToken<SignInOptions>(ngDevMode ? 'GENESYS_SIGN_IN_OPTIONS' : '');

/** Knows who is signed in, from the answers of the relay. One for each configuration. */
@Injectable()
export class SignInSession implements SessionLink {
  readonly #configuration = inject(CONFIGURATION);
  readonly #page = inject(PAGE);
  readonly #options = inject(SIGN_IN_OPTIONS);
  readonly #signInReturn = inject(SignInReturn);
  readonly #user = signal<SessionUser | null | undefined>(undefined, { equal: isSame });
  readonly #expiresAt = signal<string | undefined>(undefined);
  readonly #problem = signal<GenesysAuthError | null>(null);
  /** Emits when pending responses must not reach the app any more. */
  readonly #cleared = new Subject<void>();
  readonly #tabs = new SignInTabs({
    signedIn: () => {
      this.renew();
    },
    signedOut: () => {
      this.signOutThisTab();
    }
  });
  /** The value of the header `X-Genesys-Session`. After a session has ended it still names the user, so that no request is made as a visitor. */
  #sessionHeader: string | undefined;
  /** The session header of the user whose data the page may show. */
  #shownSession: string | undefined;
  /** Whether the page was loaded by the return from a sign-in that succeeded, and the relay has not answered yet. */
  #isReturning = false;

  readonly user = this.#user.asReadonly();
  readonly problem = this.#problem.asReadonly();
  readonly expiresAt = computed(() => {
    const time = this.#expiresAt();
    return this.#user() && time !== undefined ? new Date(time) : null;
  });
  /** Where the relay signs users in, if it has said so. */
  signInUrl: string | undefined;

  constructor() {
    const result = this.#signInReturn.takeResult(this.#configuration.name);
    if (result?.code === 'ok') this.#isReturning = true;
    else if (result?.code === 'policy_denied') this.#problem.set(authError('relay_forbidden', { problem: NO_ROLE }));
    else if (result?.code === 'sign_in_failed') this.#problem.set(authError(result.code, { reason: result.reason }));
    else if (result) this.#problem.set(authError(result.code));
    this.#configuration.state.events$.subscribe(({ type }) => {
      if (type === 'cleared') this.#cleared.next();
    });
  }

  /** Asks the relay who is signed in, and follows other tabs and the back/forward cache. In the browser only. */
  start(relayUrl: string, destroyed: DestroyRef): void {
    const page = this.#page;
    if (!page) return;
    this.#tabs.open(relayUrl);
    const stop = page.onCached(
      () => {
        // If another user signs in meanwhile, nothing of this user may be seen when the page comes back.
        if (this.#shownSession !== undefined) page.setHidden(true);
      },
      () => {
        if (this.#shownSession === undefined) {
          this.renew();
          return;
        }
        // It fails if another user has signed in or the session has ended, and if the relay does not answer.
        this.#renewal().subscribe({
          next: () => {
            page.setHidden(false);
          },
          error: () => {
            page.reload();
          }
        });
      }
    );
    destroyed.onDestroy(() => {
      this.#tabs.close();
      stop();
    });
    // Not earlier: the core needs the injector that is being created.
    queueMicrotask(() => {
      this.#configuration
        .ready()
        .pipe(switchMap(({ tokens }) => tokens.get()))
        .subscribe(ERRORS_ARE_IN_STATE);
    });
  }

  /** Asks the relay now who is signed in. */
  renew(): void {
    this.#renewal().subscribe(ERRORS_ARE_IN_STATE);
  }

  #renewal(): Observable<unknown> {
    return this.#configuration.ready().pipe(switchMap(({ tokens }) => tokens.renew()));
  }

  /** Begins sign-in. Returns an error if sign-in must not begin, because it would repeat for ever. */
  beginSignIn(byItself: boolean): GenesysAuthError | null {
    const mayStart = rememberRedirect(this.#configuration.name, byItself);
    const problem = mayStart ? null : authError('sign_in_failed', {});
    this.#problem.set(problem);
    return problem;
  }

  /** Call it when the user has signed out in this tab. */
  signOutAllTabs(): void {
    this.#tabs.send('signed-out');
    this.signOutThisTab();
  }

  /** Call it when the user has signed out, in this tab or in another one. */
  signOutThisTab(): void {
    this.#sessionHeader = undefined;
    this.#user.set(null);
    this.#problem.set(null);
    this.#configuration.clear();
    // Visitors who are not signed in may have roles as well.
    this.renew();
  }

  headers(): Readonly<Record<string, string>> {
    return this.#sessionHeader === undefined ? {} : { [GENESYS_SESSION_HEADER]: this.#sessionHeader };
  }

  client(relay: RelayClient): RelayClient {
    return {
      ...relay,
      call: (method, path, body, isExpected) => {
        const isSession = path === SESSION_PATH;
        const answer = isSession
          ? relay.call(method, path, body, isExpected)
          : this.#untilKnown().pipe(switchMap(() => relay.call(method, path, body, isExpected, this.headers())));
        return answer.pipe(
          tap((session) => {
            if (isSession && isSessionResponse(session)) this.#accept(session);
          }),
          catchError((error: unknown) => {
            throw this.#handleRefusal(error, isSession);
          })
        );
      }
    };
  }

  watch(events: Observable<HttpEvent<unknown>>): Observable<HttpEvent<unknown>> {
    const cleared = this.#cleared.pipe(
      map(() => {
        throw signedOut();
      })
    );
    return events.pipe(
      takeUntil(cleared),
      catchError((error: unknown) => {
        throw this.#handleRefusal(error, false);
      })
    );
  }

  #accept({ user, session, expiresAt, signInUrl }: SessionResponse): void {
    this.signInUrl = signInUrl ?? this.signInUrl;
    if (user && session !== undefined) {
      this.#setUser(user, session);
      this.#expiresAt.set(expiresAt);
    } else if (this.#isHeaderOfUser()) throw this.#endSession();
    else {
      this.#sessionHeader = session;
      this.#setNoUser();
    }
  }

  #setUser(user: SessionUser, session: string): void {
    const isOther = this.#shownSession !== undefined && this.#shownSession !== session;
    this.#shownSession = this.#sessionHeader = session;
    if (isOther) {
      this.#replaceUser();
      throw signedOut();
    }
    if (this.#user() === null) this.#problem.set(null);
    this.#user.set(user);
    forgetRedirects(this.#configuration.name);
    if (!this.#isReturning) return;
    this.#isReturning = false;
    this.#tabs.send('signed-in');
    if (this.#signInReturn.isInNewWindow) this.#page?.close();
    this.#signInReturn.isInNewWindow = false;
  }

  #setNoUser(): void {
    this.#user.set(null);
    if (this.#isReturning) this.#problem.set(authError('cookies_blocked'));
    this.#isReturning = false;
  }

  /** The session has ended by itself. The page stays as it is, and its requests fail until the user signs in again. */
  #endSession(details: ErrorDetails = {}): GenesysAuthError {
    const error = authError('session_ended', details);
    this.#user.set(null);
    this.#problem.set(error);
    return error;
  }

  #replaceUser(): void {
    this.#configuration.clear();
    this.#user.set(null);
    this.#problem.set(null);
    const { onUserChanged } = this.#options;
    if (!onUserChanged) {
      this.#page?.reload();
      return;
    }
    onUserChanged();
    this.#renewLater();
  }

  /** Emits when the relay has said who is signed in, or has failed. Before that no call is made, because each call names the session. */
  #untilKnown(): Observable<unknown> {
    return defer(() =>
      this.#user() === undefined
        ? this.#configuration.ready().pipe(switchMap(({ tokens }) => tokens.get()))
        : of(undefined)
    ).pipe(catchError(() => of(undefined)));
  }

  /** Asks the relay after the answer that is being handled. */
  #renewLater(): void {
    queueMicrotask(() => {
      this.renew();
    });
  }

  #isHeaderOfUser(): boolean {
    return this.#sessionHeader !== undefined && this.#sessionHeader !== SIGNED_OUT_SESSION;
  }

  /** The user has lost all roles. A refused call asks the relay for the session, unless the relay has already said that it has no scopes. */
  #handleDenial(error: GenesysAuthError, isSession: boolean): void {
    if (isSession) {
      this.#user.set(null);
      this.#problem.set(error);
    } else if (this.#user() && this.#configuration.state.scopes().size > 0) this.#renewLater();
  }

  /** Returns the error of sign-in for a refusal of the relay, and updates the user and the problem. */
  #handleRefusal(given: unknown, isSession: boolean): unknown {
    const error = given instanceof HttpErrorResponse ? relayError(given, 0) : given;
    if (!(error instanceof GenesysAuthError) || !error.problem) return given;
    const { problem, cause, correlationId } = error;
    const details = { message: problem.detail, hint: problem.hint, problem, cause, correlationId };
    switch (problem.code) {
      case 'sign_in_required':
      case 'session_ended':
        this.signInUrl = signInUrlOf(cause) ?? this.signInUrl;
        if (this.#isHeaderOfUser()) return this.#endSession(details);
        this.#setNoUser();
        return authError(problem.code, details);
      case 'session_changed':
        this.#configuration.clear();
        this.#renewLater();
        return authError('session_changed', details);
      case 'policy_denied':
        this.#handleDenial(error, isSession);
        return error;
      default:
        return given;
    }
  }
}

type ErrorDetails = Parameters<typeof authError<'session_ended'>>[1];

/** An observer for calls whose errors the state already shows. */
const ERRORS_ARE_IN_STATE = { error: () => undefined };

const NO_ROLE = { code: 'policy_denied', status: 403, detail: 'No role is mapped to this user.' };

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function signInUrlOf(cause: unknown): string | undefined {
  const { signInUrl } = cause instanceof HttpErrorResponse ? readRecord(cause.error) : {};
  return isText(signInUrl) ? signInUrl : undefined;
}
