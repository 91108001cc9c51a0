import type { TokenResponse } from 'genesys-auth-protocol';
import { isTokenResponse } from 'genesys-auth-protocol';
import { type Message, readMessage } from './message';

/** Handles the messages of other tabs. */
export interface Listener {
  asked(id: string): void;
  cleared(): void;
}

/** How long a tab waits for an answer. It waits longer if another tab exists, because that may be busy. */
const WAIT_MS = 150;
const WAIT_FOR_KNOWN_MS = 1000;

/** Connects the tabs of one user for one configuration. The tabs of another user use another channel. */
export class TabChannel {
  readonly #channel: BroadcastChannel;
  readonly #questions = new Map<string, (answer: TokenResponse | undefined) => void>();
  #hasOtherTab = false;

  /** @param name contains relay, API, scopes and user, so that only tabs that share all of them receive the messages */
  constructor(name: string, listener: Listener) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = readMessage(data);
      if (message) this.#receive(message, listener);
    };
  }

  /**
   * Asks the other tabs for a token. Its lifetime counts from this call: the other tab reads its clock later, so the token may
   * count as older than it is, but never as younger.
   */
  ask(): Promise<TokenResponse | undefined> {
    const id = crypto.getRandomValues(new Uint32Array(4)).join();
    return new Promise((resolve) => {
      const end = (answer?: TokenResponse) => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(end, this.#hasOtherTab ? WAIT_FOR_KNOWN_MS : WAIT_MS);
      this.#questions.set(id, end);
      this.#send({ type: 'ask', id });
    });
  }

  give(id: string, token: string, scope: string, leftMs: number): void {
    this.#send({ type: 'give', id, token, scope, leftMs });
  }

  clear(): void {
    this.#send({ type: 'clear' });
  }

  /** Pending questions end without an answer. */
  close(): void {
    this.#channel.close();
    for (const end of [...this.#questions.values()]) end(undefined);
  }

  #send(message: Message): void {
    this.#channel.postMessage(message);
  }

  #receive(message: Message, listener: Listener): void {
    this.#hasOtherTab = true;
    if (message.type === 'ask') listener.asked(message.id);
    else if (message.type === 'clear') listener.cleared();
    else {
      const { id, token, scope, leftMs } = message;
      const answer = { access_token: token, token_type: 'Bearer', expires_in: leftMs / 1000, scope };
      if (isTokenResponse(answer)) this.#questions.get(id)?.(answer);
    }
  }
}
