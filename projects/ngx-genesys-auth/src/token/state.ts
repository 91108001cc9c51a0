import { type Signal, computed, signal } from '@angular/core';
import { type Observable, ReplaySubject } from 'rxjs';
import type { GenesysAuthError } from '../errors';
import { type LiveToken, expiryOf } from './live-token';

/**
 * The state of the token.
 *
 * - `unknown`: no token was needed yet
 * - `renewing`: a call to the relay is pending; a live token remains in use meanwhile
 * - `ready`: there is a token
 * - `failed`: there is no token, and the last attempt failed; the next request tries again
 * - `signed-out`: `clear()` was called; the next request asks for a new token
 */
export type GenesysAuthStatus = 'unknown' | 'ready' | 'renewing' | 'failed' | 'signed-out';

/** Something that happened to the token. No event holds a token. */
export type GenesysAuthEvent =
  | { readonly type: 'renewing'; readonly at: Date; readonly reason: RenewalReason }
  | { readonly type: 'ready'; readonly at: Date; readonly scopes: readonly string[]; readonly expiresAt: Date }
  | { readonly type: 'failed'; readonly at: Date; readonly error: GenesysAuthError }
  | { readonly type: 'warning'; readonly at: Date; readonly error: GenesysAuthError }
  | { readonly type: 'cleared'; readonly at: Date };

/**
 * Why the relay is asked for a token.
 *
 * - `needed`: there is no live token
 * - `ahead`: the token expires soon
 * - `rejected`: the API rejected the token
 * - `asked`: the app called `renew()`
 */
export type RenewalReason = 'needed' | 'ahead' | 'rejected' | 'asked';

interface Snapshot {
  readonly status: GenesysAuthStatus;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAt: Date | null;
  readonly error: GenesysAuthError | null;
}

type Untimed<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

const NO_TOKEN: Omit<Snapshot, 'status'> = { scopes: /* @__PURE__ */ new Set(), expiresAt: null, error: null };

/** The number of past events that a late subscriber receives. */
const REPLAYED_EVENTS = 16;

/**
 * What the app sees of a token, as signals and events. The token source writes it; until a configuration is loaded, its
 * loader writes it, too.
 */
export class AuthState {
  readonly #snapshot = signal<Snapshot>({ ...NO_TOKEN, status: 'unknown' });
  #generation = 0;
  readonly #events = new ReplaySubject<GenesysAuthEvent>(REPLAYED_EVENTS);

  readonly status: Signal<GenesysAuthStatus> = computed(() => this.#snapshot().status);
  readonly scopes: Signal<ReadonlySet<string>> = computed(() => this.#snapshot().scopes);
  readonly expiresAt: Signal<Date | null> = computed(() => this.#snapshot().expiresAt);
  readonly error: Signal<GenesysAuthError | null> = computed(() => this.#snapshot().error);
  readonly events$: Observable<GenesysAuthEvent> = this.#events.asObservable();

  /**
   * The number of calls to `clear()`. A request that was first sent in one generation must not be sent again in a later one:
   * another user may have signed in.
   */
  get generation(): number {
    return this.#generation;
  }

  renewing(reason: RenewalReason): void {
    this.#emit({ type: 'renewing', reason }, { status: 'renewing' });
  }

  ready(token: LiveToken): void {
    const { scopes } = token;
    const expiresAt = expiryOf(token);
    this.#emit({ type: 'ready', scopes: [...scopes], expiresAt }, { status: 'ready', scopes, expiresAt, error: null });
  }

  /** @param isLive whether an older token remains in use */
  failed(error: GenesysAuthError, isLive = false): void {
    const change: Partial<Snapshot> = isLive ? { status: 'ready' } : { ...NO_TOKEN, status: 'failed' };
    this.#emit({ type: 'failed', error }, { ...change, error });
  }

  warned(error: GenesysAuthError): void {
    this.#emit({ type: 'warning', error }, { error });
  }

  /** Begins another generation. */
  cleared(): void {
    this.#generation++;
    this.#emit({ type: 'cleared' }, { ...NO_TOKEN, status: 'signed-out' });
  }

  close(): void {
    this.#events.complete();
  }

  #emit(event: Untimed<GenesysAuthEvent>, change: Partial<Snapshot>): void {
    this.#snapshot.update((before) => ({ ...before, ...change }));
    this.#events.next({ at: new Date(), ...event });
  }
}
