import { type Signal, computed, signal } from '@angular/core';
import { type Observable, ReplaySubject } from 'rxjs';
import type { GenesysAuthError } from '../errors';
import { type LiveToken, expiryOf } from './live-token';

/**
 * Where the token is in its life.
 *
 * - `unknown`: nobody has needed one yet
 * - `renewing`: the relay is being asked; a token that is still live goes on being used
 * - `ready`: there is a token
 * - `failed`: there is none and the last attempt failed; the next request tries again
 * - `signed-out`: `clear()` was called; the next request asks for a new one
 */
export type GenesysAuthStatus = 'unknown' | 'ready' | 'renewing' | 'failed' | 'signed-out';

/** Something that happened to the token. No event holds a token. */
export type GenesysAuthEvent =
  | { readonly type: 'renewing'; readonly at: Date; readonly reason: RenewalReason }
  | { readonly type: 'ready'; readonly at: Date; readonly scopes: readonly string[]; readonly expiresAt: Date }
  | { readonly type: 'failed'; readonly at: Date; readonly error: GenesysAuthError }
  | { readonly type: 'warning'; readonly at: Date; readonly error: GenesysAuthError }
  | { readonly type: 'cleared'; readonly at: Date };

/** Why the relay is asked: there is no live token, its end is near, the API refused it, or the app called `renew()`. */
export type RenewalReason = 'needed' | 'ahead' | 'rejected' | 'asked';

const NO_TOKEN: Omit<Shown, 'status'> = { scopes: /* @__PURE__ */ new Set(), expiresAt: null, error: null };

interface Shown {
  readonly status: GenesysAuthStatus;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAt: Date | null;
  readonly error: GenesysAuthError | null;
}

/** What the app may see of the token's life, as signals and events. Written by the token source alone. */
export interface AuthState {
  /** What the app sees. */
  readonly shown: {
    readonly status: Signal<GenesysAuthStatus>;
    readonly scopes: Signal<ReadonlySet<string>>;
    readonly expiresAt: Signal<Date | null>;
    readonly error: Signal<GenesysAuthError | null>;
    readonly events$: Observable<GenesysAuthEvent>;
  };
  renewing(reason: RenewalReason): void;
  ready(token: LiveToken): void;
  /** @param live whether an older token goes on being used */
  failed(error: GenesysAuthError, live: boolean | undefined): void;
  /** Tells what only some apps hear of, so that the others carry no method for it. */
  tell(event: Untimed<GenesysAuthEvent>, change: Partial<Shown>): void;
  cleared(): void;
  close(): void;
}

type Untimed<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** Makes the state of a token that nobody has needed yet. */
export function createAuthState(): AuthState {
  /** How many events a late subscriber still gets. */
  const REPLAYED_EVENTS = 16;
  const now = signal<Shown>({ ...NO_TOKEN, status: 'unknown' });
  const events = new ReplaySubject<GenesysAuthEvent>(REPLAYED_EVENTS);
  const tell: AuthState['tell'] = (event, change) => {
    now.update((before) => ({ ...before, ...change }));
    events.next({ at: new Date(), ...event });
  };
  const part = <Key extends keyof Shown>(key: Key) => computed(() => now()[key]);
  return {
    shown: {
      status: part('status'),
      scopes: part('scopes'),
      expiresAt: part('expiresAt'),
      error: part('error'),
      events$: events.asObservable()
    },
    renewing(reason) {
      tell({ type: 'renewing', reason }, { status: 'renewing' });
    },
    ready(token) {
      const { scopes } = token;
      const expiresAt = expiryOf(token);
      tell({ type: 'ready', scopes: [...scopes], expiresAt }, { status: 'ready', scopes, expiresAt, error: null });
    },
    failed(error, live) {
      tell({ type: 'failed', error }, { ...(live ? { status: 'ready' } : { ...NO_TOKEN, status: 'failed' }), error });
    },
    tell,
    cleared() {
      tell({ type: 'cleared' }, { ...NO_TOKEN, status: 'signed-out' });
    },
    close() {
      events.complete();
    }
  };
}
