import { XhrFactory } from '@angular/common';
import {
  FetchBackend,
  HttpBackend,
  type HttpEvent,
  HttpHandler,
  type HttpHandlerFn,
  type HttpRequest,
  HttpXhrBackend
} from '@angular/common/http';
import { DestroyRef, EnvironmentInjector } from '@angular/core';
import { type Observable, defer, finalize } from 'rxjs';
import { checkAnswer, isCheckRequest, reportMissingInterceptor } from '../dev/check-request';
import { REQUEST_WATCH, type RequestWatch } from '../dev/watch';
import { SKIP } from './context';
import { startOf } from './origin';

/** Keeps the tokens of an app's configurations from leaving for an origin that they are not for. */
export interface OffOriginGuard {
  /** Registers a configuration: where its API is, and whether a value of `Authorization` holds one of its tokens. */
  readonly register: (apiOrigin: string, hasSent: (header: string) => boolean) => void;
  /** Guards every backend that a request of this injector's `HttpClient` can reach. */
  readonly protect: (injector: EnvironmentInjector) => void;
  /** Forwards a request that has just got a token. If it reaches the backend unchanged, the backend skips the check. */
  readonly pass: (request: HttpRequest<unknown>, next: HttpHandlerFn) => Observable<HttpEvent<unknown>>;
}

/** What a guarded backend asks before it sends a request. */
interface BackendGuard {
  /** Whether the interceptor has just attached a token to this request, and its URL is still the same. */
  readonly isUnchanged: (request: HttpRequest<unknown>) => boolean;
  /** The API origins of the configurations that sent this value of `Authorization`. */
  readonly originsOf: (header: string) => readonly string[];
  /** Whether the configurations are gone, and no request of theirs is under way. */
  readonly isOver: () => boolean;
  /** Development only: reports that the token of a request was removed. */
  readonly report: (request: HttpRequest<unknown>) => void;
}

type Backend = Pick<HttpBackend, 'handle'>;

/** A backend whose `handle` is patched. */
interface GuardedBackend {
  /** One for each injector of configurations whose requests can reach the backend. */
  readonly guards: Set<BackendGuard>;
  /** Takes the patch off again. */
  readonly restore: () => void;
}

/** Every backend that is patched, each once. */
const guardedBackends = new WeakMap<Backend, GuardedBackend>();

/**
 * Guards backends: just before a request leaves, the token that the interceptor attached is removed if a later interceptor
 * has moved the request to another origin.
 *
 * An interceptor alone cannot do this, because others may run after it. The backend *instance* is patched, not its provider:
 * a provider of ours would lose against `provideHttpClient()` wherever that comes later, as it does beside
 * `GenesysAuthModule.forRoot()`, and would replace a backend that the app chose. The patch works in any order of providers,
 * and no provider can override it by accident.
 *
 * @param root the injector of the configurations
 */
export function offOriginGuard(root: EnvironmentInjector): OffOriginGuard {
  const configurations: { apiOrigin: string; hasSent: (header: string) => boolean }[] = [];
  let passed: HttpRequest<unknown> | undefined;
  let passedUrl: string;
  let passedUrlWithParams: string;
  /** Backends that may live longer than the configurations. */
  const outerBackends = new Set<Backend>();
  let underWay = 0;
  let isDestroyed = false;
  let watch: RequestWatch | null = null;

  const guard: BackendGuard = {
    // Interceptors that change requests in place are wrong, but they exist.
    isUnchanged: (request) =>
      request === passed && request.url === passedUrl && request.urlWithParams === passedUrlWithParams,
    originsOf: (header) => configurations.filter(({ hasSent }) => hasSent(header)).map(({ apiOrigin }) => apiOrigin),
    isOver: () => isDestroyed && underWay === 0,
    report(request) {
      watch?.tokenTakenOff(request);
    }
  };

  /** Removes the guard when the configurations are gone. A request that is still under way may reach a backend later. */
  const removeWhenIdle = (): void => {
    if (guard.isOver()) for (const backend of outerBackends) removeGuards(backend);
  };
  root.get(DestroyRef).onDestroy(() => {
    isDestroyed = true;
    removeWhenIdle();
  });

  return {
    register(apiOrigin, hasSent) {
      configurations.push({ apiOrigin, hasSent });
    },
    protect(injector) {
      if (ngDevMode) watch = root.get(REQUEST_WATCH, null);
      let isOuter = false;
      let level: EnvironmentInjector | null = injector;
      while (level) {
        if (level === root) isOuter = true;
        for (const backend of backendsOf(level)) {
          removeGuards(backend);
          (guardedBackends.get(backend) ?? patch(backend)).guards.add(guard);
          // All others belong to an injector below, and end with it.
          if (isOuter) outerBackends.add(backend);
        }
        level = level.get(EnvironmentInjector, null, { skipSelf: true });
      }
    },
    pass(request, next) {
      passed = request;
      passedUrl = request.url;
      passedUrlWithParams = request.urlWithParams;
      const events = next(request);
      return defer(() => {
        underWay++;
        return events.pipe(
          finalize(() => {
            underWay--;
            removeWhenIdle();
          })
        );
      });
    }
  };
}

/**
 * The backends that an injector provides: the one of its `HttpClient`, and those of Angular that an interceptor may inject.
 * With `withRequestsMadeViaParent()` the backend is the parent's handler. It sends nothing itself, so it needs no guard.
 */
function backendsOf(level: EnvironmentInjector): readonly Backend[] {
  const own = { self: true };
  const parentHandler = level.get(HttpHandler, null, { skipSelf: true });
  return [
    level.get(HttpBackend, null, own),
    level.get(FetchBackend, null, own),
    // It needs a factory, which an environment without a platform lacks.
    level.get(XhrFactory, null) && level.get(HttpXhrBackend, null, own)
  ].flatMap((backend) => (backend && backend !== parentHandler ? backend : []));
}

/** Removes the guards of configurations that are gone. */
function removeGuards(backend: Backend): void {
  const guarded = guardedBackends.get(backend);
  if (!guarded) return;
  const { guards, restore } = guarded;
  for (const guard of guards) if (guard.isOver()) guards.delete(guard);
  if (guards.size === 0) restore();
}

function patch(backend: Backend): GuardedBackend {
  const guards: GuardedBackend['guards'] = new Set();
  const original = Object.getOwnPropertyDescriptor(backend, 'handle');
  const send = backend.handle.bind(backend);
  const handle = (request: HttpRequest<unknown>): Observable<HttpEvent<unknown>> => {
    if (ngDevMode && isCheckRequest(request)) {
      reportMissingInterceptor();
      return checkAnswer();
    }
    return send(withoutStrayToken(request, [...guards]));
  };
  const restore = (): void => {
    // Somebody has patched it after us and still calls our function.
    if (backend.handle !== handle) return;
    if (original) Object.defineProperty(backend, 'handle', original);
    else Reflect.deleteProperty(backend, 'handle');
    guardedBackends.delete(backend);
  };
  backend.handle = handle;
  const guarded = { guards, restore };
  guardedBackends.set(backend, guarded);
  return guarded;
}

function withoutStrayToken(request: HttpRequest<unknown>, guards: readonly BackendGuard[]): HttpRequest<unknown> {
  if (guards.some(({ isUnchanged }) => isUnchanged(request))) return request;
  const { url, urlWithParams, context, headers } = request;
  // The backends of Angular send `urlWithParams`, whatever `url` says. Another one may send `url`.
  const isStrayToken = (value: string): boolean => isStray(value, url, guards) || isStray(value, urlWithParams, guards);
  if (context.has(SKIP) || !headers.getAll('authorization')?.some(isStrayToken)) return request;
  if (ngDevMode) for (const { report } of guards) report(request);
  // A clone computes its URL anew.
  return Object.assign(request.clone({ headers: headers.delete('authorization') }), { urlWithParams });
}

/** Whether configurations sent this value of `Authorization`, and none of them to the origin of this URL. */
function isStray(header: string, url: string, guards: readonly BackendGuard[]): boolean {
  const origins = guards.flatMap(({ originsOf }) => originsOf(header));
  return origins.length > 0 && !origins.includes(startOf(url));
}
