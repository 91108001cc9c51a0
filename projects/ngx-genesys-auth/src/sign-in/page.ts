import { isPlatformServer } from '@angular/common';
import { DOCUMENT, InjectionToken, PLATFORM_ID, inject } from '@angular/core';

/** The page in the browser. Tests replace it, as a test must not navigate. */
export interface Page {
  /** The URL of the page. */
  readonly url: string;
  /** The URL that paths of the app and of the relay are relative to. */
  readonly baseUrl: string;
  go(url: string): void;
  /** Opens a window that does not know this page. */
  open(url: string): void;
  close(): void;
  reload(): void;
  /** Changes the URL without a navigation. */
  replaceUrl(url: string): void;
  /** Hides or shows all of the page. */
  setHidden(hidden: boolean): void;
  /** Calls back when the page goes into the back/forward cache, and when it comes back. Returns a function that ends it. */
  onCached(stored: () => void, restored: () => void): () => void;
}

/** The {@link Page}; `undefined` on a server. */
export const PAGE = new InjectionToken<Page | undefined>(ngDevMode ? 'GENESYS_PAGE' : '', {
  providedIn: 'root',
  factory: () => (isPlatformServer(inject(PLATFORM_ID)) ? undefined : pageOf(inject(DOCUMENT)))
});

function pageOf(document: Document): Page | undefined {
  const window = document.defaultView;
  if (!window) return undefined;
  return {
    get url() {
      return window.location.href;
    },
    get baseUrl() {
      return document.baseURI;
    },
    go: (url) => {
      window.location.assign(url);
    },
    open: (url) => {
      window.open(url, '_blank', 'noopener,popup,width=600,height=700');
    },
    close: () => {
      window.close();
    },
    reload: () => {
      window.location.reload();
    },
    replaceUrl: (url) => {
      window.history.replaceState(window.history.state, '', url);
    },
    setHidden: (hidden) => {
      document.documentElement.style.visibility = hidden ? 'hidden' : '';
    },
    onCached: (stored, restored) => {
      const hide = ({ persisted }: PageTransitionEvent) => {
        if (persisted) stored();
      };
      const show = ({ persisted }: PageTransitionEvent) => {
        if (persisted) restored();
      };
      window.addEventListener('pagehide', hide);
      window.addEventListener('pageshow', show);
      return () => {
        window.removeEventListener('pagehide', hide);
        window.removeEventListener('pageshow', show);
      };
    }
  };
}
