import { DOCUMENT, Injectable, inject } from '@angular/core';
import type { ɵPage as Page } from 'ngx-genesys-auth';

/** A page that remembers where the app went, and stays. */
@Injectable()
export class FakePage implements Page {
  readonly #document = inject(DOCUMENT);
  readonly navigations: string[] = [];
  url = this.#document.location.href;
  readonly baseUrl = this.#document.baseURI;

  go(url: string): void {
    this.navigations.push(url);
  }

  open(url: string): void {
    this.navigations.push(url);
  }

  reload(): void {
    this.navigations.push(this.url);
  }

  replaceUrl(url: string): void {
    this.url = url;
  }

  close(): void {
    // A test has one window.
  }

  setHidden(): void {
    // A test has no back/forward cache.
  }

  onCached(): () => void {
    return () => undefined;
  }
}
