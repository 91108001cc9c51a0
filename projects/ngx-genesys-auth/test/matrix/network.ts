import {
  HttpErrorResponse,
  type HttpBackend,
  type HttpEvent,
  type HttpRequest,
  HttpResponse
} from '@angular/common/http';
import { type Observable, defer, of, switchMap, throwError, timer } from 'rxjs';
import { API } from '../app';
import { CONFIG, CONFIG_URL } from './setups';

/** What the relay does for a user: it grants `routing`, it does not, or it fails. */
export type User = 'granted' | 'not granted' | 'relay down';

/** The site, its relays, the API and another site. It keeps a log of what was sent, with the token. */
export class Network implements HttpBackend {
  readonly sent: string[] = [];
  user: User = 'granted';
  #tokens = 0;

  handle({ method, urlWithParams, url, headers }: HttpRequest<unknown>): Observable<HttpEvent<unknown>> {
    return defer(() => {
      this.sent.push([method, urlWithParams, headers.get('Authorization') ?? []].flat().join(' '));
      // The configuration comes late, so that the page asks before it is known.
      return url === CONFIG_URL ? timer(0) : Promise.resolve();
    }).pipe(
      switchMap(() => {
        const body = this.#answer(url);
        return body ? of(new HttpResponse({ body })) : throwError(() => new HttpErrorResponse({ status: 503, url }));
      })
    );
  }

  /** Nothing while the relay is down. */
  #answer(url: string): object | undefined {
    if (url === CONFIG_URL) return CONFIG;
    const call = /^\/[a-z]+\/(token|session)$/.exec(url)?.[1];
    if (call === undefined) return {};
    if (this.user === 'relay down') return undefined;
    const scopes = this.user === 'granted' ? ['analytics', 'routing'] : ['analytics'];
    return call === 'token' ? this.#token(scopes) : this.#session(scopes);
  }

  #token(scopes: string[]) {
    const token = `token-${(this.#tokens += 1)}`;
    return { access_token: token, token_type: 'Bearer', expires_in: 300, scope: scopes.join(' ') };
  }

  #session(scopes: string[]) {
    const { region } = CONFIG;
    return {
      subject: 'ann',
      identity: 'jwt',
      roles: [],
      scopes,
      defaultScopes: [],
      region,
      apiOrigin: API,
      mode: 'proxy'
    };
  }
}
