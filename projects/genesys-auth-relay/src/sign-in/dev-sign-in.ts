import type { SignInConfig } from '../config/config.ts';
import type { RequestHead } from '../guard/request-head.ts';
import type { Caller } from '../identify/caller.ts';
import type { DevIdentity } from '../identify/dev.ts';
import { createLru } from '../runtime/lru.ts';
import type { SignIn } from './sign-in.ts';

/** Maximum number of browser origins besides the configured one. */
const MAX_ORIGINS = 20;

/** The same URL at another origin. */
function movedTo(origin: string, text: string): string {
  const { pathname, search, hash } = new URL(text);
  return `${origin}${pathname}${search}${hash}`;
}

/**
 * Sign-in for development. The dev server may have another port than the configured URLs, and another host in Codespaces. So the
 * callback and the page to return to are at the origin that the browser used, with the configured paths.
 *
 * @param signIn the configured URLs, for requests that do not come through the dev server
 * @param create builds sign-in for the URLs of one origin. All share their sessions
 */
export function createDevSignIn(
  signIn: SignInConfig,
  create: (signIn: SignInConfig) => SignIn,
  dev: DevIdentity
): SignIn {
  const configured = create(signIn);
  const others = createLru<SignIn>(MAX_ORIGINS, { dispose: (old) => void old.close() });
  /** The sign-in that identified a caller, for the URLs in the answer of `/session`. */
  const byCaller = new WeakMap<Caller, SignIn>();

  function signInFor(origin: string): SignIn {
    const known = others.get(origin);
    if (known !== undefined) return known;
    const created = create({
      ...signIn,
      redirectUri: movedTo(origin, signIn.redirectUri),
      appUrl: movedTo(origin, signIn.appUrl),
      relayUrl: movedTo(origin, signIn.relayUrl)
    });
    others.set(origin, created);
    return created;
  }

  function of(head: RequestHead): SignIn {
    const origin = dev.claims(head) ? dev.browserOrigin(head) : undefined;
    const isConfigured = origin === undefined || origin === new URL(signIn.redirectUri).origin;
    return isConfigured ? configured : signInFor(origin);
  }

  return {
    ...configured,
    appUrl: (head) => of(head).appUrl(head),
    start: (head, query, address) => of(head).start(head, query, address),
    finish: (head, query, address) => of(head).finish(head, query, address),
    async identify(head, address) {
      const own = of(head);
      const caller = await own.identify(head, address);
      if (caller !== undefined) byCaller.set(caller, own);
      return caller;
    },
    missingSessionProblem: (head) => of(head).missingSessionProblem(head),
    describe: (caller) => (byCaller.get(caller) ?? configured).describe(caller),
    signOut: (head) => of(head).signOut(head),
    async close() {
      await Promise.all([configured, ...others.values()].map((one) => one.close()));
    }
  };
}
