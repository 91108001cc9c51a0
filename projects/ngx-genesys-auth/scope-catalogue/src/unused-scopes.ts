import { covers, isGenesysScope } from 'genesys-scopes';
import type { ɵResolvedConfig as ResolvedConfig } from 'ngx-genesys-auth';

/** How long requests are watched, in milliseconds. There is no timer: the first request after that time gets the warning. */
const WATCH_MS = 60_000;

/**
 * Development only: warns once about configured scopes that no request has needed, as the app asks for more than it uses.
 *
 * It says nothing where it cannot know: once anything was called whose needs are unknown, and about an organization's own
 * scopes, which no operation of the Genesys API needs.
 */
export class UnusedScopes {
  readonly #left: Set<string>;
  #first: number | undefined;

  constructor({ scopes, optionalScopes }: ResolvedConfig) {
    this.#left = new Set([...scopes, ...optionalScopes].filter(isGenesysScope));
  }

  /** Notes a request by the scopes it needs, of which it may need all or any; `undefined` if nobody knows. */
  note(needed: readonly string[] | undefined): void {
    if (!needed) this.#left.clear();
    if (this.#left.size === 0) return;
    for (const scope of this.#left) {
      if (needed?.some((name) => covers(scope, name))) this.#left.delete(scope);
    }
    this.#first ??= performance.now();
    if (this.#left.size === 0 || performance.now() - this.#first < WATCH_MS) return;
    const names = [...this.#left].map((scope) => `"${scope}"`).join(', ');
    this.#left.clear();
    console.warn(
      `ngx-genesys-auth: no request so far has needed ${names} of the configuration. ` +
        'If no other part of the app does, remove it, from the relay too: "npx --no-install genesys-scopes audit src" reads all the code.'
    );
  }
}
