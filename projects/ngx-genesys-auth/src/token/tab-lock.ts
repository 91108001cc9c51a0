import { Observable } from 'rxjs';
import type { ResolvedConfig } from '../config';
import type { AcquireToken } from './acquire';

/**
 * Lets one tab of this origin at a time obtain a token for a configuration, by a Web Lock. If a tab dies, the browser gives its
 * lock to the next one. If a tab freezes while it holds the lock, the other tabs wait no longer than a call to the relay may
 * take, and then continue without the lock.
 *
 * A page that may not use locks (plain `http:`, a sandboxed frame) calls the relay at once.
 */
export function withTabLock(acquire: AcquireToken, config: ResolvedConfig): AcquireToken {
  // Browsers do not offer locks to insecure pages. Other runtimes have neither locks nor `isSecureContext`.
  const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  if (!locks) {
    if (ngDevMode && 'isSecureContext' in globalThis && !isSecureContext) warnAboutTabs();
    return acquire;
  }
  const { relayUrl, apiOrigin, scopes, optionalScopes, timeoutMs } = config;
  const name = `ngx-genesys-auth ${JSON.stringify([relayUrl, apiOrigin, scopes, optionalScopes])}`;
  return (rejected, reason) => {
    const call = acquire(rejected, reason);
    return new Observable((subscriber) => {
      const waiting = new AbortController();
      const stopWaiting = (): void => {
        clearTimeout(timer);
        waiting.abort();
      };
      const timer = setTimeout(stopWaiting, timeoutMs);
      subscriber.add(stopWaiting);
      // This promise is created here, so that zone.js makes the call in the zone of the caller.
      void new Promise<void>((proceed) => {
        const holdUntilDone = () =>
          new Promise<void>((release) => {
            subscriber.add(release);
            proceed();
          });
        locks.request(name, { signal: waiting.signal }, holdUntilDone).catch(proceed);
      }).then(() => {
        if (!subscriber.closed) call.subscribe(subscriber);
      });
    });
  };
}

function warnAboutTabs(): void {
  console.warn(
    'ngx-genesys-auth: tabs_not_coordinated: this page is not a secure context, so the browser has no Web Locks and each tab ' +
      'asks the relay separately. Serve the app by https: or from localhost.'
  );
}
