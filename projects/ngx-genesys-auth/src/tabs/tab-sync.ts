import { type Observable, defer, firstValueFrom, of, switchMap } from 'rxjs';
import type { GenesysAuthCore } from '../core/core';
import { type RelayClient, relaySession } from '../relay/client';
import { type AcquireToken, type Grant, acquireFromRelay } from '../token/acquire';
import { stopwatch } from '../token/stopwatch';
import { TabChannel } from './tab-channel';

/** The app in this tab. */
export interface Tab {
  readonly core: () => GenesysAuthCore;
  /** Forgets the token, because the user signed out in another tab. */
  readonly clear: () => void;
}

/** Returns who the user is, according to the app. Without it the relay is asked. */
export type Subject = (() => string | null | undefined | Promise<string | null | undefined>) | undefined;

/** Shares sign-outs and tokens with the other tabs of the same user. */
export class TabSync {
  readonly #isSharing: boolean;
  readonly #subject: Subject;
  readonly #tab: Tab;
  #channel: TabChannel | undefined;
  /** The user of the channel. */
  #who: string | undefined;
  /** The last token of this tab, and its user. Only this token may be given to other tabs. */
  #mine: { readonly token: string; readonly who: string } | undefined;

  constructor(isSharing: boolean, subject: Subject, tab: Tab) {
    this.#isSharing = isSharing;
    this.#subject = subject;
    this.#tab = tab;
  }

  /** Starts to listen, if the app says who the user is. */
  start(): void {
    if (!this.#subject) return;
    this.#whoByApp()
      .then((who) => this.#listen(who))
      // The app is destroyed, and so is its injector.
      .catch(() => undefined);
  }

  /**
   * Asks the other tabs before the relay. The relay is asked directly if the app called `renew()`, and if the API rejected a
   * token: the tokens of the other tabs may be invalid for the same reason.
   */
  readonly acquireFrom =
    (relay: RelayClient): AcquireToken =>
    (rejected, reason) => {
      const fromRelay = defer(() => this.#fetch((nameCaller) => acquireFromRelay(relay, rejected, nameCaller)));
      if (!this.#isSharing || reason === 'asked' || reason === 'rejected') return fromRelay;
      return defer(() => this.#take()).pipe(switchMap((taken) => (taken ? of(taken) : fromRelay)));
    };

  /** Notifies the other tabs that the user has signed out. */
  clear(): void {
    this.#channel?.clear();
    this.close();
  }

  /** Stops sending and listening. */
  close(): void {
    this.#channel?.close();
    this.#channel = this.#who = this.#mine = undefined;
  }

  async #take(): Promise<Grant | undefined> {
    const who = await (this.#subject ? this.#whoByApp() : this.#whoByRelay());
    const channel = this.#listen(who);
    if (!channel || who === undefined) return undefined;
    const age = stopwatch();
    const answer = await channel.ask();
    // Another user may have signed in meanwhile, and must not get the token of the first.
    if (!answer || this.#channel !== channel || (await this.#isOtherUser(who))) return undefined;
    this.#mine = { token: answer.access_token, who };
    return { answer, age, isFromOtherTab: true };
  }

  #fetch(ask: (nameCaller: boolean) => Observable<Grant>): Observable<Grant> {
    const subject = this.#subject;
    return defer(async () => (subject ? this.#whoByApp() : undefined)).pipe(
      switchMap((before) =>
        ask(!subject).pipe(
          switchMap(async (grant) => {
            const { caller, access_token: token } = grant.answer;
            const after = subject ? await this.#whoByApp() : caller && `relay ${caller}`;
            // If the user changed while the relay was asked, it is not known whose token it is.
            const who = !subject || after === before ? after : undefined;
            this.#listen(who);
            this.#mine = who === undefined ? undefined : { token, who };
            return grant;
          })
        )
      )
    );
  }

  async #give(id: string, who: string): Promise<void> {
    if (!this.#isSharing) return;
    const isOtherUser = await this.#isOtherUser(who);
    // The app was destroyed meanwhile, or the channel is for another user.
    if (this.#who !== who) return;
    if (isOtherUser) {
      this.close();
      return;
    }
    const live = this.#tab.core().tokens.held();
    if (!live || this.#mine?.who !== who || this.#mine.token !== live.token) return;
    const age = live.age();
    // A token that expires soon would have to be renewed there, too.
    if (age < live.renewAtMs) this.#channel?.give(id, live.token, [...live.scopes].join(' '), live.lifetimeMs - age);
  }

  /** Opens the channel of a user and closes that of another user. `undefined` if the page may not use channels. */
  #listen(who: string | undefined): TabChannel | undefined {
    if (who === this.#who) return this.#channel;
    this.close();
    if (who === undefined) return undefined;
    const { relayUrl, apiOrigin, scopes, optionalScopes } = this.#tab.core().config;
    const name = `ngx-genesys-auth ${JSON.stringify([relayUrl, apiOrigin, scopes, optionalScopes, who])}`;
    this.#who = who;
    try {
      this.#channel = new TabChannel(name, {
        asked: (id) => {
          void this.#give(id, who);
        },
        cleared: () => {
          this.close();
          this.#tab.clear();
        }
      });
    } catch {
      // A runtime without BroadcastChannel, or a page of an opaque origin (a sandboxed frame).
    }
    return this.#channel;
  }

  /** Whether the app now reports another user. The relay is not asked again. */
  async #isOtherUser(who: string): Promise<boolean> {
    return this.#subject !== undefined && (await this.#whoByApp()) !== who;
  }

  async #whoByApp(): Promise<string | undefined> {
    try {
      const subject = await this.#subject?.();
      return subject ? `app ${subject}` : undefined;
    } catch {
      return undefined;
    }
  }

  async #whoByRelay(): Promise<string | undefined> {
    try {
      const { caller } = await firstValueFrom(relaySession(this.#tab.core().relay));
      return caller && `relay ${caller}`;
    } catch {
      // The call for the token fails with the reason.
      return undefined;
    }
  }
}
