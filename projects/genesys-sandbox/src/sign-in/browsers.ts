import { randomBytes } from 'node:crypto';
import type { SandboxAccount } from '../users/user.ts';

/** More browsers than this, and the oldest are forgotten. */
const MAX_KEPT = 10_000;

interface Browser {
  /** Signed in at Genesys Cloud. */
  readonly user: SandboxAccount | undefined;
  /** Signed in at the identity provider of the user's organization: `/logout` does not change that. */
  readonly providers: ReadonlyMap<string, SandboxAccount>;
}

/** Who is signed in in which browser. A cookie holds a random id and lives until the browser is closed. */
export class Browsers {
  // Two sandboxes on one host do not overwrite each other's cookie: cookies do not tell ports apart.
  readonly #cookie = `sandbox-session-${randomBytes(6).toString('hex')}`;
  readonly #browsers = new Map<string, Browser>();

  /** The user that a browser remembers, if any. */
  user(cookies: string | undefined): SandboxAccount | undefined {
    return this.#find(cookies)?.user;
  }

  /** The user that is signed in at an identity provider. */
  userOfProvider(cookies: string | undefined, provider: string): SandboxAccount | undefined {
    return this.#find(cookies)?.providers.get(provider);
  }

  /** Remembers the user under a new id. Returns the `Set-Cookie` header. */
  signIn(cookies: string | undefined, user: SandboxAccount, provider: string | undefined): string {
    const providers = new Map(this.#find(cookies)?.providers);
    if (provider !== undefined) providers.set(provider, user);
    return this.#replace(cookies, { user, providers });
  }

  /** Forgets the user. Returns the user, and the `Set-Cookie` header. */
  signOut(cookies: string | undefined): { readonly user: SandboxAccount | undefined; readonly cookie: string } {
    const { user, providers } = this.#find(cookies) ?? {};
    return { user, cookie: this.#replace(cookies, { user: undefined, providers: providers ?? new Map() }) };
  }

  #replace(cookies: string | undefined, browser: Browser): string {
    this.#browsers.delete(this.#idOf(cookies) ?? '');
    const [oldest] = this.#browsers.size < MAX_KEPT ? [] : this.#browsers.keys();
    if (oldest !== undefined) this.#browsers.delete(oldest);
    const id = randomBytes(32).toString('base64url');
    this.#browsers.set(id, browser);
    return `${this.#cookie}=${id}; Path=/; HttpOnly; SameSite=Lax`;
  }

  #find(cookies: string | undefined): Browser | undefined {
    const id = this.#idOf(cookies);
    return id === undefined ? undefined : this.#browsers.get(id);
  }

  #idOf(cookies: string | undefined): string | undefined {
    const start = `${this.#cookie}=`;
    return cookies
      ?.split(';')
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(start))
      ?.slice(start.length);
  }
}
