import {
  type ɵGenesysAuthCore as GenesysAuthCore,
  type ɵGrant as Grant,
  type ɵTokenStep as TokenStep,
  ɵrelaySession as relaySession,
  ɵstopwatch as stopwatch
} from 'ngx-genesys-auth';
import { type Observable, defer, firstValueFrom, of, switchMap } from 'rxjs';
import { Line } from './line';

/** What the tab itself does. */
export interface Tab {
  readonly core: () => GenesysAuthCore;
  /** Forgets the token, as somebody signed out in another tab. */
  readonly clear: () => void;
}

/** Who the user is by the app; `undefined` where it was not given, and the relay is asked. */
export type Subject = (() => string | null | undefined | Promise<string | null | undefined>) | undefined;

/** Takes part in what the tabs of one user tell each other. */
export class TabSync {
  readonly #isSharing: boolean;
  readonly #subject: Subject;
  readonly #tab: Tab;
  #line: Line | undefined;
  /** Whom the line is for. */
  #who: string | undefined;
  /** The token that this tab got last, and whose it is. Any other token is nobody's, and is not handed on. */
  #mine: { readonly token: string; readonly who: string } | undefined;

  constructor(isSharing: boolean, subject: Subject, tab: Tab) {
    this.#isSharing = isSharing;
    this.#subject = subject;
    this.#tab = tab;
  }

  /** Begins to listen, where the app says who the user is. */
  start(): void {
    if (!this.#subject) return;
    this.#whoByApp()
      .then((who) => this.#listen(who))
      // The app is gone, and its injector with it.
      .catch(() => undefined);
  }

  /**
   * Asks the other tabs before the relay, unless the app wants to hear from the relay itself, or the API refused a token: what
   * ended one token may have ended those of the other tabs, too, and the relay knows which is good.
   */
  readonly step: TokenStep = (ask) => (rejected, reason) => {
    const relay = defer(() => this.#fetch((nameCaller) => ask(rejected, reason, nameCaller)));
    if (!this.#isSharing || reason === 'asked' || reason === 'rejected') return relay;
    return defer(() => this.#take()).pipe(switchMap((taken) => (taken ? of(taken) : relay)));
  };

  /** Tells the other tabs that the user has signed out. */
  clear(): void {
    this.#line?.clear();
    this.close();
  }

  /** Says nothing any more, and hears nothing. */
  close(): void {
    this.#line?.close();
    this.#line = this.#who = this.#mine = undefined;
  }

  async #take(): Promise<Grant | undefined> {
    const who = await (this.#subject ? this.#whoByApp() : this.#whoByRelay());
    const line = this.#listen(who);
    if (!line || who === undefined) return undefined;
    const age = stopwatch();
    const answer = await line.ask();
    // Who signs in as somebody else meanwhile must not get what was meant for the first.
    if (!answer || this.#line !== line || (await this.#isSomebodyElse(who))) return undefined;
    this.#mine = { token: answer.access_token, who };
    return { answer, age, handedOn: true };
  }

  #fetch(ask: (nameCaller: boolean) => Observable<Grant>): Observable<Grant> {
    const subject = this.#subject;
    return defer(async () => (subject ? this.#whoByApp() : undefined)).pipe(
      switchMap((before) =>
        ask(!subject).pipe(
          switchMap(async (grant) => {
            const { caller, access_token: token } = grant.answer;
            const after = subject ? await this.#whoByApp() : caller && `relay ${caller}`;
            // Where the user changed while the relay was asked, nobody knows whose token it is.
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
    const isSomebodyElse = await this.#isSomebodyElse(who);
    // The app is gone meanwhile, or the line is another one's.
    if (this.#who !== who) return;
    if (isSomebodyElse) {
      this.close();
      return;
    }
    const live = this.#tab.core().tokens.held();
    if (!live || this.#mine?.who !== who || this.#mine.token !== live.token) return;
    const age = live.age();
    // One whose end is near would have to be renewed there, too.
    if (age < live.renewAtMs) this.#line?.give(id, live.token, [...live.scopes].join(' '), live.lifetimeMs - age);
  }

  /** The line for a user; the one for another user is closed. Where the page may have no channels there is none. */
  #listen(who: string | undefined): Line | undefined {
    if (who === this.#who) return this.#line;
    this.close();
    if (who === undefined) return undefined;
    const { relayUrl, apiOrigin, scopes, optionalScopes } = this.#tab.core().config;
    const name = `ngx-genesys-auth ${JSON.stringify([relayUrl, apiOrigin, scopes, optionalScopes, who])}`;
    this.#who = who;
    try {
      this.#line = new Line(name, {
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
    return this.#line;
  }

  /** Whether the app now says that the user is another one. The relay is not asked at each step. */
  async #isSomebodyElse(who: string): Promise<boolean> {
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
      // The call for the token will say what is wrong.
      return undefined;
    }
  }
}
