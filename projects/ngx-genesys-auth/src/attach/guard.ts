import { XhrFactory } from '@angular/common';
import {
  FetchBackend,
  HttpBackend,
  HttpContext,
  type HttpEvent,
  HttpHandler,
  type HttpRequest,
  HttpXhrBackend
} from '@angular/common/http';
import { DestroyRef, EnvironmentInjector } from '@angular/core';
import { type Observable, defer, finalize } from 'rxjs';
import { isProbe, probeResponse, reportMissingInterceptor } from './probe';
import { REQUEST_WATCH, type RequestWatch } from './request-watch';
import { SKIP } from '../context/request-context';
import { startOf } from './origin';

/** Runs directly before each time that a request is sent. Throws an error if it must not be sent any more. */
export type SendCheck = () => void;

/** Keeps tokens from being sent to another origin, and requests from being sent with the token of an earlier user. */
export interface SendGuard {
  /** Registers a configuration: the origin of its API, and whether a value of `Authorization` holds one of its tokens. */
  readonly register: (apiOrigin: string, ownsHeader: (header: string) => boolean) => void;
  /** The API origins of the configurations that own this value of `Authorization`. */
  readonly originsOf: (header: string) => readonly string[];
  /** Guards every backend that a request of this injector's `HttpClient` can reach. The second call does nothing. */
  readonly protect: (injector: EnvironmentInjector) => void;
  /** Guards one backend, or all that have this prototype. `isOuter`: it may live longer than the configurations. */
  readonly protectBackend: (backend: Backend, isOuter: boolean) => void;
  /**
   * Forwards a request by `forward`, which gives its clone the new context. Whenever the clone is about to be sent, it is checked
   * first: a later interceptor may delay it or send it again.
   */
  readonly withCheck: (
    request: HttpRequest<unknown>,
    check: SendCheck,
    forward: (context: HttpContext) => Observable<HttpEvent<unknown>>
  ) => Observable<HttpEvent<unknown>>;
  /** Whether the configurations are destroyed, and none of their requests is pending. */
  readonly isUnused: () => boolean;
  /** Development only: receives the requests whose token was removed. */
  watch?: RequestWatch | null;
}

type Backend = Pick<HttpBackend, 'handle'>;

/** A backend whose `handle` is patched, or the prototype of backends. */
interface GuardedBackend {
  /** The guards whose requests can reach the backend. Each injector that provides configurations has a guard. */
  readonly guards: Set<SendGuard>;
  /** Removes the patch. */
  readonly restore: () => void;
}

/** Every backend that is patched, each once. */
const guardedBackends = new WeakMap<Backend, GuardedBackend>();

/** The context of a request that our interceptor has forwarded. Clones of the request share it. */
class ForwardedContext extends HttpContext {
  /** Set by {@link SendGuard.withCheck}. */
  check!: SendCheck;
}

/**
 * Whether our interceptor has forwarded a request with this context. With `withRequestsMadeViaParent()` the request then passes
 * the interceptor of the parent, which may have other configurations.
 */
export const isForwarded = (context: HttpContext): context is ForwardedContext => context instanceof ForwardedContext;

/**
 * Guards backends: just before a request is sent, the token that the interceptor attached is removed if a later interceptor
 * has moved the request to another origin. A request that must not be sent any more fails.
 *
 * An interceptor alone cannot do this, because others may run after it. The backend *instance* is patched, not its provider:
 * a provider of ours would lose against `provideHttpClient()` wherever that comes later, as it does beside
 * `GenesysAuthModule.forRoot()`, and would replace a backend that the app chose. The patch works in any order of providers,
 * and no provider can override it by accident.
 *
 * @param root the injector of the configurations
 */
export function createSendGuard(root: EnvironmentInjector): SendGuard {
  const configurations: { apiOrigin: string; ownsHeader: (header: string) => boolean }[] = [];
  const protectedInjectors = new WeakSet<EnvironmentInjector>();
  /** Backends that may live longer than the configurations. */
  const outerBackends = new Set<Backend>();
  /**
   * What still uses the guard: the configurations, and each pending request, which may reach a backend after they are destroyed.
   */
  let uses = 1;

  const release = (): void => {
    uses--;
    if (guard.isUnused()) for (const backend of outerBackends) removeGuards(backend);
  };
  root.get(DestroyRef).onDestroy(release);

  const guard: SendGuard = {
    register(apiOrigin, ownsHeader) {
      configurations.push({ apiOrigin, ownsHeader });
    },
    originsOf: (header) =>
      configurations.filter(({ ownsHeader }) => ownsHeader(header)).map(({ apiOrigin }) => apiOrigin),
    protect(injector) {
      if (protectedInjectors.has(injector)) return;
      protectedInjectors.add(injector);
      if (ngDevMode) guard.watch = root.get(REQUEST_WATCH, null);
      let isOuter = false;
      let level: EnvironmentInjector | null = injector;
      while (level) {
        if (level === root) isOuter = true;
        // Backends that are not outer ones end with their injector.
        for (const backend of backendsOf(level)) guard.protectBackend(backend, isOuter);
        level = level.get(EnvironmentInjector, null, { skipSelf: true });
      }
    },
    protectBackend(backend, isOuter) {
      removeGuards(backend);
      (guardedBackends.get(backend) ?? patch(backend)).guards.add(guard);
      if (isOuter) outerBackends.add(backend);
    },
    withCheck: (request, check, forward) =>
      defer(() => {
        // Another context with the same entries: the app may give one context to several requests.
        const events = forward(Object.assign(new ForwardedContext(), request.context, { check }));
        uses++;
        return events.pipe(finalize(release));
      }),
    isUnused: () => uses === 0
  };
  return guard;
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

/** Removes the guards of destroyed configurations. */
function removeGuards(backend: Backend): void {
  const guarded = guardedBackends.get(backend);
  if (!guarded) return;
  const { guards, restore } = guarded;
  for (const guard of guards) if (guard.isUnused()) guards.delete(guard);
  if (guards.size === 0) restore();
}

function patch(backend: Backend): GuardedBackend {
  const guards: GuardedBackend['guards'] = new Set();
  const isOwn = Object.hasOwn(backend, 'handle');
  const send: (request: HttpRequest<unknown>) => Observable<HttpEvent<unknown>> = backend.handle;
  // Not an arrow function: the backend may be a prototype.
  const handle = function (this: unknown, request: HttpRequest<unknown>): Observable<HttpEvent<unknown>> {
    if (ngDevMode && isProbe(request)) {
      reportMissingInterceptor();
      return probeResponse();
    }
    // A later interceptor that sends a request again may only subscribe again.
    return defer(() => {
      if (isForwarded(request.context)) request.context.check();
      return send.call(this, withoutStrayToken(request, guards));
    });
  };
  const restore = (): void => {
    // Other code has patched it after us and still calls our function.
    if (backend.handle !== handle) return;
    if (isOwn) backend.handle = send;
    else Reflect.deleteProperty(backend, 'handle');
    guardedBackends.delete(backend);
  };
  backend.handle = handle;
  const guarded = { guards, restore };
  guardedBackends.set(backend, guarded);
  return guarded;
}

function withoutStrayToken(request: HttpRequest<unknown>, guards: ReadonlySet<SendGuard>): HttpRequest<unknown> {
  const { url, urlWithParams, context, headers } = request;
  /** Whether this value of `Authorization` holds a token of configurations, and none of them is for the origin of this request. */
  const isStray = (header: string): boolean => {
    const origins = [...guards].flatMap((guard) => guard.originsOf(header));
    // The backends of Angular send `urlWithParams`, whatever `url` says. Another one may send `url`.
    return origins.length > 0 && ![url, urlWithParams].every((sent) => origins.includes(startOf(sent)));
  };
  if (context.has(SKIP) || !headers.getAll('authorization')?.some(isStray)) return request;
  if (ngDevMode) for (const { watch } of guards) watch?.tokenRemoved(request);
  // A clone computes its URL anew.
  return Object.assign(request.clone({ headers: headers.delete('authorization') }), { urlWithParams });
}
