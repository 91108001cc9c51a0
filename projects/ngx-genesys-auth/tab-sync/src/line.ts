import type { TokenResponse } from 'genesys-auth-protocol';
import { isTokenResponse } from 'genesys-auth-protocol';
import { type Message, readMessage } from './message';

/** What a tab does about the questions and news of others. */
export interface Listener {
  asked(id: string): void;
  cleared(): void;
}

/** How long another tab may take to answer, in milliseconds; longer if one was heard before, as it may be busy. */
const WAIT_MS = 150;
const WAIT_FOR_KNOWN_MS = 1000;

/** The line between the tabs of one user for one configuration. Tabs of another user are on another line. */
export class Line {
  readonly #channel: BroadcastChannel;
  readonly #questions = new Map<string, (answer: TokenResponse | undefined) => void>();
  #isKnown = false;

  /** @param name tells relay, API, scopes and user; only who knows all of them hears what is said */
  constructor(name: string, listener: Listener) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = readMessage(data);
      if (message) this.#hear(message, listener);
    };
  }

  /**
   * Asks the other tabs for a token. Its life is to be counted from the moment of the call: the other tab looks at its clock
   * later, so whatever the message waits on its way, the token counts as older than it is, never as younger.
   */
  ask(): Promise<TokenResponse | undefined> {
    const id = crypto.getRandomValues(new Uint32Array(4)).join();
    return new Promise((resolve) => {
      const end = (answer?: TokenResponse) => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(end, this.#isKnown ? WAIT_FOR_KNOWN_MS : WAIT_MS);
      this.#questions.set(id, end);
      this.#say({ type: 'ask', id });
    });
  }

  give(id: string, token: string, scope: string, leftMs: number): void {
    this.#say({ type: 'give', id, token, scope, leftMs });
  }

  clear(): void {
    this.#say({ type: 'clear' });
  }

  /** Who waits for an answer gets none. */
  close(): void {
    this.#channel.close();
    for (const end of [...this.#questions.values()]) end(undefined);
  }

  #say(message: Message): void {
    this.#channel.postMessage(message);
  }

  #hear(message: Message, listener: Listener): void {
    this.#isKnown = true;
    if (message.type === 'ask') listener.asked(message.id);
    else if (message.type === 'clear') listener.cleared();
    else {
      const { id, token, scope, leftMs } = message;
      const answer = { access_token: token, token_type: 'Bearer', expires_in: leftMs / 1000, scope };
      if (isTokenResponse(answer)) this.#questions.get(id)?.(answer);
    }
  }
}
