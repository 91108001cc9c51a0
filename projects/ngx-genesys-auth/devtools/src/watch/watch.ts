import {
  type HttpEvent,
  type HttpHandlerFn,
  type HttpInterceptorFn,
  type HttpRequest,
  HttpResponse
} from '@angular/common/http';
import {
  ɵNEEDED_SCOPES as NEEDED_SCOPES,
  type ɵRequestWatch as RequestWatch,
  ɵmaskPath as maskPath
} from 'ngx-genesys-auth';
import { Observable, tap } from 'rxjs';
import { readFailure } from '../explain/failure';
import { originOf } from '../explain/origin';
import { explain, ruleOf } from '../explain/request';
import type { Api, Taker, Verdict } from '../explain/verdict';
import type { RequestEntry } from './entry';
import type { RequestLog } from './log';

/** What the watch has to know about the configurations of the app. */
export interface Watched {
  readonly apis: () => readonly Api[];
  /** The configuration that takes a request, if one does. */
  readonly takerOf: (request: HttpRequest<unknown>) => Taker | undefined;
  /** What the scope catalogue knows about a request. */
  readonly needsOf: (request: HttpRequest<unknown>) => string | undefined;
  /** The page's URL. */
  readonly base: () => string | undefined;
}

/**
 * Notes what the interceptor does with each request. It looks at a request before the interceptor, at what the interceptor
 * sends on, and at how it ends; it decides nothing itself and changes nothing.
 */
export class NotingWatch implements RequestWatch {
  readonly #watched: Watched;
  readonly #log: RequestLog;
  /** The request that is being forwarded synchronously. */
  #sending: RequestEntry | undefined;

  constructor(watched: Watched, log: RequestLog) {
    this.#watched = watched;
    this.#log = log;
  }

  watch(request: HttpRequest<unknown>, next: HttpHandlerFn, handle: HttpInterceptorFn): Observable<HttpEvent<unknown>> {
    const started = performance.now();
    const entry = this.#begin(request);
    const passed = () => Math.round(performance.now() - started);
    const sendOn: HttpHandlerFn = (sent) =>
      new Observable((subscriber) => {
        this.#sent(entry, request, sent, passed());
        const outer = this.#sending;
        this.#sending = entry;
        try {
          return next(sent).subscribe(subscriber);
        } finally {
          this.#sending = outer;
        }
      });
    return this.#handled(() => handle(request, sendOn), entry).pipe(
      tap({
        next: (event) => {
          if (!(event instanceof HttpResponse)) return;
          this.#log.change(entry, { status: event.status, durationMs: passed() });
        },
        error: (error: unknown) => {
          this.#failed(entry, error, passed());
        },
        unsubscribe: () => {
          this.#cancelled(entry, passed());
        }
      })
    );
  }

  #handled(handle: () => Observable<HttpEvent<unknown>>, entry: RequestEntry): Observable<HttpEvent<unknown>> {
    try {
      return handle();
    } catch (error) {
      this.#failed(entry, error, 0);
      throw error;
    }
  }

  tokenRemoved(request: HttpRequest<unknown>): void {
    const [origin, path] = this.#placeOf(request.urlWithParams);
    const verdict = {
      kind: 'taken-off',
      level: 'bad',
      rule: 'off-origin guard',
      reason: `A later interceptor moved the request to ${origin}, so the token was taken off again.`,
      hint: 'Put interceptors that change URLs before genesysAuthInterceptor in the list.'
    } as const;
    const entry = this.#sending;
    if (entry) this.#log.change(entry, { verdict });
    // A later interceptor moved the request asynchronously.
    else
      this.#log.add({ at: new Date(), method: request.method, origin, path, needs: undefined, attempts: 1, verdict });
  }

  #begin(request: HttpRequest<unknown>): RequestEntry {
    const { takerOf, needsOf } = this.#watched;
    const taker = takerOf(request);
    const [origin, path] = this.#placeOf(request.url);
    const asked = request.context.has(NEEDED_SCOPES) ? request.context.get(NEEDED_SCOPES) : undefined;
    return this.#log.add({
      at: new Date(),
      method: request.method,
      origin: taker && taker !== 'being loaded' ? '' : origin,
      path,
      verdict: this.#explain(request),
      needs: asked ? `genesysScopes(${asked.map((scope) => `'${scope}'`).join(', ')})` : taker && needsOf(request),
      attempts: 0
    });
  }

  #placeOf(url: string): [origin: string, path: string] {
    const base = this.#watched.base();
    if (!URL.canParse(url, base)) return ['', '‹no URL›'];
    const parsed = new URL(url, base);
    return [originOf(parsed), parsed.origin === 'null' ? '' : maskPath(parsed.pathname)];
  }

  #explain(request: HttpRequest<unknown>): Verdict {
    const { apis, takerOf, base } = this.#watched;
    return explain(request, takerOf(request), apis(), base());
  }

  #sent(entry: RequestEntry, asked: HttpRequest<unknown>, sent: HttpRequest<unknown>, waitedMs: number): void {
    const attempts = entry.attempts + 1;
    const { kind } = entry.verdict;
    const mayHaveToken = kind === 'waiting' || kind === 'attached' || kind === 'proxied';
    const verdict = mayHaveToken ? this.#verdictOf(asked, sent, attempts, waitedMs) : entry.verdict;
    this.#log.change(entry, { attempts, verdict });
  }

  #verdictOf(asked: HttpRequest<unknown>, sent: HttpRequest<unknown>, attempts: number, waitedMs: number): Verdict {
    const taker = this.#watched.takerOf(asked);
    const rule = taker && taker !== 'being loaded' ? ruleOf(taker) : '';
    const again = attempts > 1 ? ` Sent ${attempts} times.` : '';
    // First, as what the relay needs to know the caller may be an Authorization header, too.
    if (sent.url !== asked.url) {
      const reason = `It goes through the relay, which attaches the token.${again}`;
      return { kind: 'proxied', level: 'good', rule, reason };
    }
    if (sent.headers.has('Authorization')) {
      const reason = `The token is attached${waited(waitedMs, attempts)}.${again}`;
      return { kind: 'attached', level: 'good', rule, reason };
    }
    // The configuration has been loaded, and this is for none of its APIs.
    const why = this.#explain(asked);
    if (why.kind !== 'waiting') return why;
    return { kind: 'bare', level: 'odd', rule, reason: 'It was sent on without a token.' };
  }

  #failed(entry: RequestEntry, error: unknown, durationMs: number): void {
    const failure = readFailure(error);
    const { status } = failure;
    if (entry.attempts > 0) {
      this.#log.change(entry, { failure, status, durationMs });
      return;
    }
    const { message: reason, hint } = failure;
    const verdict = { kind: 'refused', level: 'bad', rule: failure.code ?? 'error', reason, hint } as const;
    this.#log.change(entry, { failure, durationMs, verdict });
  }

  #cancelled(entry: RequestEntry, durationMs: number): void {
    if (entry.durationMs !== undefined) return;
    if (entry.verdict.kind !== 'waiting') {
      this.#log.change(entry, { durationMs });
      return;
    }
    const { rule } = entry.verdict;
    const verdict = {
      kind: 'cancelled',
      level: 'plain',
      rule,
      reason: 'The app called it off before it left.'
    } as const;
    this.#log.change(entry, { durationMs, verdict });
  }
}

const NOTABLE_WAIT_MS = 20;

const waited = (ms: number, attempts: number): string =>
  attempts === 1 && ms > NOTABLE_WAIT_MS ? `, after ${ms} ms of waiting for it` : '';
