// A page that makes every kind of request that the devtools have to explain.
import {
  HttpClient,
  HttpHeaders,
  type HttpInterceptorFn,
  type HttpRequest,
  provideHttpClient,
  withInterceptors
} from '@angular/common/http';
import {
  ApplicationRef,
  ChangeDetectionStrategy,
  Component,
  DOCUMENT,
  InjectionToken,
  inject,
  provideZoneChangeDetection,
  provideZonelessChangeDetection,
  signal
} from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import {
  genesysAuthInterceptor,
  genesysScopes,
  provideGenesysAuth,
  skipGenesysAuth,
  type GenesysAuthConfig
} from 'ngx-genesys-auth';
import { withDevtools } from 'ngx-genesys-auth/devtools';
import { withScopeCatalogue } from 'ngx-genesys-auth/scope-catalogue';

interface PageConfig {
  readonly apiOrigin: string;
  readonly relay: string;
}

const API = new InjectionToken<string>('API');

/** Secrets that must not be seen: in a query, a header, a body, a path. */
const QUERY = '?name=secret-in-query#secret-in-fragment';
const HEADERS = new HttpHeaders({ 'X-Customer': 'secret-in-header' });
const BODY = { filter: { type: 'or', predicates: [] }, metrics: [], note: 'secret-in-body' };

@Component({
  selector: 'e2e-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h1>A page</h1>
    @for (request of requests; track request.name) {
      <button type="button" (click)="send(request)">{{ request.name }}</button>
    }
    <p>{{ ended() }} ended</p>
  `
})
class Page {
  readonly #http = inject(HttpClient);
  readonly #api = inject(API);
  readonly ended = signal(0);
  readonly requests: readonly Wanted[] = [
    { name: 'api', url: `${this.#api}/api/v2/routing/queues${QUERY}`, headers: HEADERS },
    { name: 'post', url: `${this.#api}/api/v2/analytics/queues/observations/query`, body: BODY },
    { name: 'person', url: `${this.#api}/api/v2/routing/queues/jane.doe%40example.com` },
    { name: 'other', url: `https://crm.example.com/customers/+4930123456${QUERY}`, headers: HEADERS },
    { name: 'scheme', url: `${this.#api.replace('http:', 'https:')}/api/v2/routing/queues` },
    { name: 'region', url: 'https://api.mypurecloud.com/api/v2/routing/queues' },
    { name: 'skip', url: `${this.#api}/api/v2/date`, context: skipGenesysAuth() },
    { name: 'own', url: `${this.#api}/api/v2/date`, headers: new HttpHeaders({ Authorization: 'Bearer secret-own' }) },
    { name: 'misspelt', url: `${this.#api}/api/v2/routing/queues`, context: genesysScopes('anaytics') },
    { name: 'unconfigured', url: `${this.#api}/api/v2/users` },
    { name: 'moved', url: `${this.#api}/move` }
  ];

  constructor() {
    // Not in the template: to show it would be a change, and no app is stable while it changes.
    const { dataset } = inject(DOCUMENT).documentElement;
    inject(ApplicationRef).isStable.subscribe((stable) => {
      dataset['stable'] = String(stable);
    });
  }

  send({ url, body, headers, context }: Wanted): void {
    const end = () => {
      this.ended.update((count) => count + 1);
    };
    this.#http
      .request(body === undefined ? 'GET' : 'POST', url, {
        ...(body && { body }),
        ...(headers && { headers }),
        ...(context && { context })
      })
      .subscribe({ next: end, error: end });
  }
}

type Wanted = { readonly name: string; readonly url: string } & Partial<
  Pick<HttpRequest<unknown>, 'headers' | 'context'>
> & { readonly body?: object };

/** Runs after the library's interceptor and moves a request to the page's own origin. */
const mover: HttpInterceptorFn = (request, next) =>
  next(request.url.endsWith('/move') ? request.clone({ url: '/config.json' }) : request);

async function start(): Promise<void> {
  const { apiOrigin, relay } = (await (await fetch('config.json')).json()) as PageConfig;
  const config: GenesysAuthConfig = {
    apiOrigin,
    relay,
    scopes: ['analytics:readonly', 'routing:readonly'],
    optionalScopes: ['conversations:readonly']
  };
  const zone = 'Zone' in globalThis ? provideZoneChangeDetection() : provideZonelessChangeDetection();
  await bootstrapApplication(Page, {
    providers: [
      zone,
      provideHttpClient(withInterceptors([genesysAuthInterceptor, mover])),
      provideGenesysAuth(config, withScopeCatalogue(), withDevtools()),
      { provide: API, useValue: apiOrigin }
    ]
  });
}

void start();
