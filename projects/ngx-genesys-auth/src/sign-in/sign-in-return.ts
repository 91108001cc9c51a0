import { Injectable, inject } from '@angular/core';
import { SIGN_IN_RESULT_PARAMETER, type SignInResult, parseSignInResult } from 'genesys-auth-protocol';
import { CONFIGURATION_REGISTRY } from '../core/configuration';
import { PAGE } from './page';
import { readRedirects } from './redirects';

/** Parameter of the page that `signIn({ newWindow: true })` returns to. Its value is the name of the configuration. */
export const WINDOW_PARAMETER = 'genesys_sign_in_window';

/** Removes our parameters from a URL. All others stay as they are written. */
export function withoutResult(url: URL): URL {
  const ours = [SIGN_IN_RESULT_PARAMETER, WINDOW_PARAMETER];
  const kept = url.search.slice(1).split('&');
  const clean = new URL(url);
  clean.search = kept.filter((pair) => !ours.includes(pair.replace(/=.*/s, ''))).join('&');
  return clean;
}

/** How sign-in ended, if the page was loaded by the return from it. It takes the result out of the URL, once for the app. */
@Injectable()
export class SignInReturn {
  readonly #registry = inject(CONFIGURATION_REGISTRY);
  readonly #name: string | undefined;
  #result: SignInResult | undefined;
  /** Whether this window was opened for sign-in only, and no user has signed in yet. */
  isInNewWindow: boolean;

  constructor() {
    const page = inject(PAGE);
    const url = page && new URL(page.url);
    const parameters = url?.searchParams;
    const windowName = parameters?.get(WINDOW_PARAMETER) ?? undefined;
    this.#result = parseSignInResult(parameters?.get(SIGN_IN_RESULT_PARAMETER) ?? '');
    this.isInNewWindow = windowName !== undefined;
    this.#name = windowName ?? readRedirects().name;
    if (page && (parameters?.has(SIGN_IN_RESULT_PARAMETER) || this.isInNewWindow)) {
      page.replaceUrl(withoutResult(new URL(page.url)).href);
    }
  }

  /** Returns the result of a configuration, the first time. */
  takeResult(name: string | undefined): SignInResult | undefined {
    const withSignIn = this.#registry.all.filter(({ features }) => features.some(({ kind }) => kind === 'signIn'));
    const meant = withSignIn.find((one) => (one.name ?? '') === (this.#name ?? '')) ?? withSignIn[0];
    if (meant?.name !== name) return undefined;
    const result = this.#result;
    this.#result = undefined;
    return result;
  }
}
