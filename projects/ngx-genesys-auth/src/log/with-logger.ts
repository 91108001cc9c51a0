import { HttpErrorResponse, type HttpInterceptorFn, HttpResponse } from '@angular/common/http';
import { inject, provideEnvironmentInitializer } from '@angular/core';
import { defer, tap } from 'rxjs';
import { STEPS } from '../features/steps';
import { GENESYS_AUTH_CORE, GENESYS_RESOLVED_CONFIG } from '../core/core';
import { GenesysAuthError, configError } from '../errors';
import type { GenesysAuthFeature } from '../features/feature';
import type { GenesysAuthEvent } from '../token/state';
import type { GenesysLogEntry, GenesysLogLevel } from './entry';
import { maskPath } from './mask';

/** Options of {@link withLogger}. */
export interface LoggerOptions {
  /** The least level that is logged. `info` by default. */
  readonly level?: GenesysLogLevel | undefined;
  /** Receives the entries; the console by default. It is called synchronously, and errors that it throws are ignored. */
  readonly sink?: ((entry: GenesysLogEntry) => void) | undefined;
}

type News = Omit<GenesysLogEntry, 'at' | 'name'> & { readonly at?: Date };
type Log = (news: News) => void;

const LEVELS: readonly GenesysLogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * A feature of `provideGenesysAuth()` and `GenesysAuthModule.forRoot()`.
 *
 * Logs what happens to the token and to requests for the Genesys API as structured entries: see {@link GenesysLogEntry}.
 * Never tokens, headers, queries or bodies, and of a path only what says nothing about a person: see `path` there.
 *
 * @throws {@link GenesysAuthConfigError} `config_invalid` at once, if an option is wrong
 * @example
 * provideGenesysAuth(config, withLogger({ level: 'debug' }))
 * @example
 * provideGenesysAuth(config, withLogger({ sink: (entry) => telemetry.send('genesys', entry) }))
 */
export function withLogger({ level = 'info', sink = toConsole }: LoggerOptions = {}): GenesysAuthFeature<'logger'> {
  const least = LEVELS.indexOf(level);
  if (least < 0) throw configError('withLogger.level', 'unknownLevel', { levels: LEVELS });
  if (typeof sink !== 'function') {
    throw configError('withLogger.sink', 'notAFunction', { example: '(entry) => { ... }' });
  }
  const logTo =
    (name: string | undefined): Log =>
    (news) => {
      if (LEVELS.indexOf(news.level) < least) return;
      try {
        sink({ ...news, at: news.at ?? new Date(), ...(name !== undefined && { name }) });
      } catch {
        // A log that fails must not fail what it logs.
      }
    };
  const log = () => logTo(inject(GENESYS_RESOLVED_CONFIG).name);
  return {
    kind: 'logger',
    providers: [
      { provide: STEPS, multi: true, useFactory: () => ({ log: (inner: HttpInterceptorFn) => step(inner, log()) }) },
      provideEnvironmentInitializer(() => {
        const write = log();
        inject(GENESYS_AUTH_CORE).state.events$.subscribe((event) => {
          write(newsOf(event));
        });
      })
    ]
  };
}

function toConsole(entry: GenesysLogEntry): void {
  console[entry.level]('ngx-genesys-auth', entry);
}

function newsOf(event: GenesysAuthEvent): News {
  const { at } = event;
  switch (event.type) {
    case 'renewing':
      return { level: 'debug', event: 'token_renewing', at, reason: event.reason };
    case 'ready':
      return { level: 'info', event: 'token_ready', at, scopes: event.scopes, expiresAt: event.expiresAt };
    case 'failed':
      return { level: 'error', event: 'token_failed', at, ...failure(event.error) };
    case 'warning':
      return { level: 'warn', event: 'token_warning', at, ...failure(event.error) };
    case 'cleared':
      return { level: 'info', event: 'token_cleared', at };
  }
}

/** What may be said about an error. Its message may quote a body or a URL. */
function failure(error: unknown): Pick<GenesysLogEntry, 'code' | 'status'> {
  const response = error instanceof GenesysAuthError ? error.cause : error;
  return {
    ...(error instanceof GenesysAuthError && { code: error.code }),
    ...(response instanceof HttpErrorResponse && { status: response.status })
  };
}

function step(inner: HttpInterceptorFn, log: Log): HttpInterceptorFn {
  return (request, next) =>
    defer(() => {
      const { method, url } = request;
      const path = maskPath(url.replace(/^https?:\/\/[^/?#]*/, '').replace(/[?#].*$/s, ''));
      const started = performance.now();
      const common = () => ({ method, path, durationMs: Math.round(performance.now() - started) });
      return inner(request, next).pipe(
        tap({
          next: (event) => {
            if (!(event instanceof HttpResponse)) return;
            log({ level: 'debug', event: 'request_done', ...common(), status: event.status });
          },
          error: (error: unknown) => {
            log({ level: 'warn', event: 'request_failed', ...common(), ...failure(error) });
          }
        })
      );
    });
}
