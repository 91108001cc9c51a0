import { Observable } from 'rxjs';
import type { ResolvedConfig } from '../config';

/** Makes a call when it is this tab's turn. */
export type Turn = <T>(call: Observable<T>) => Observable<T>;

/**
 * Lets one tab of this origin at a time ask the relay for the tokens of a configuration, by a Web Lock. The browser gives
 * the lock of a tab that dies to the next one. A tab that is frozen while it holds the lock keeps the others waiting no
 * longer than a call to the relay may take; then they go on without.
 *
 * Where a page may have no locks (plain `http:`, a sandboxed frame), calls are made at once.
 */
export function tabTurn(config: ResolvedConfig): Turn {
  // Browsers leave locks out of insecure pages; other runtimes have neither locks nor a word about security.
  const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  if (!locks) {
    if (ngDevMode && 'isSecureContext' in globalThis && !isSecureContext) warnAboutTabs();
    return (call) => call;
  }
  const { relayUrl, apiOrigin, scopes, optionalScopes, timeoutMs } = config;
  const name = `ngx-genesys-auth ${JSON.stringify([relayUrl, apiOrigin, scopes, optionalScopes])}`;
  return (call) =>
    new Observable((subscriber) => {
      const wait = new AbortController();
      const stop = (): void => {
        clearTimeout(timer);
        wait.abort();
      };
      const timer = setTimeout(stop, timeoutMs);
      subscriber.add(stop);
      // By a promise made here, so that zone.js, where an app has it, sees the call in the zone it was asked for in.
      void new Promise<void>((go) => {
        const grant = () =>
          new Promise<void>((release) => {
            subscriber.add(release);
            go();
          });
        locks.request(name, { signal: wait.signal }, grant).catch(go);
      }).then(() => {
        if (!subscriber.closed) call.subscribe(subscriber);
      });
    });
}

function warnAboutTabs(): void {
  console.warn(
    'ngx-genesys-auth: tabs_not_coordinated: this page is no secure context, so the browser has no Web Locks and each tab ' +
      'asks the relay on its own. Serve the app by https: or from localhost.'
  );
}
