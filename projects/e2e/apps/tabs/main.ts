// A page whose tabs the browser tests drive. The query says how: `share` (shareToken), `subject` (the app says who the user is),
// `now` (a request to the API as soon as it starts). Its configuration is loaded at run time.
import { HttpClient, HttpErrorResponse, provideHttpClient, withInterceptors } from '@angular/common/http';
import {
  ChangeDetectionStrategy,
  Component,
  DOCUMENT,
  inject,
  provideZonelessChangeDetection,
  signal
} from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import {
  type GenesysAuthConfig,
  GenesysAuthService,
  genesysAuthInterceptor,
  genesysScopes,
  provideGenesysAuth,
  withTabSync
} from 'ngx-genesys-auth';
import { firstValueFrom } from 'rxjs';

const query = new URLSearchParams(location.search);

/** What a test may do in a tab. */
interface Tab {
  readonly token: () => Promise<string>;
  readonly poll: () => Promise<string>;
  readonly renew: () => Promise<void>;
  readonly clear: () => void;
  readonly state: () => { status: string; scopes: string[]; error: string | undefined };
}

declare global {
  interface Window {
    tab: Tab;
  }
}

@Component({
  selector: 'e2e-tab',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<p id="outcome">{{ outcome() }}</p>`
})
class Page {
  readonly outcome = signal('');

  constructor() {
    const auth = inject(GenesysAuthService);
    const http = inject(HttpClient);
    const poll = async (): Promise<string> => {
      try {
        const { apiOrigin } = await firstValueFrom(http.get<GenesysAuthConfig>('/config.json'));
        // Marked, so that it waits: the sandbox's origin is not known before the configuration is there.
        const context = genesysScopes('routing:readonly');
        await firstValueFrom(http.get(`${apiOrigin ?? ''}/api/v2/routing/queues`, { context }));
        return 'done';
      } catch (error) {
        if (error instanceof HttpErrorResponse) return `${error.url ?? ''} ${error.status}`;
        return error instanceof Error && 'code' in error ? String(error.code) : String(error);
      }
    };
    window.tab = {
      token: () => auth.token(),
      poll,
      renew: () => auth.renew(),
      clear: () => {
        auth.clear();
      },
      state: () => ({ status: auth.status(), scopes: [...auth.scopes()], error: auth.error()?.code })
    };
    if (query.has('now'))
      void poll().then((outcome) => {
        this.outcome.set(outcome);
      });
  }
}

/** The company's sign-in keeps the user in a cookie; this page may read it. */
const user = (document: Document): string | undefined => /(?:^|; )user=([^;]+)/.exec(document.cookie)?.[1];

await bootstrapApplication(Page, {
  providers: [
    provideZonelessChangeDetection(),
    provideHttpClient(withInterceptors([genesysAuthInterceptor])),
    provideGenesysAuth(
      () => inject(HttpClient).get<GenesysAuthConfig>('/config.json'),
      ...(query.has('share')
        ? [withTabSync({ shareToken: true, ...(query.has('subject') && { subject: () => user(inject(DOCUMENT)) }) })]
        : [])
    )
  ]
});
