/** What a tab tells the other tabs of the browser. */
export type TabMessage = 'signed-in' | 'signed-out';

/** Follows the other tabs. */
export interface TabListener {
  signedIn(): void;
  signedOut(): void;
}

/** Tells the other tabs with the same relay that a user has signed in or out. No message says who. */
export class SignInTabs {
  readonly #listener: TabListener;
  #channel: BroadcastChannel | undefined;

  constructor(listener: TabListener) {
    this.#listener = listener;
  }

  open(relayUrl: string): void {
    try {
      this.#channel = new BroadcastChannel(`ngx-genesys-auth sign-in ${relayUrl}`);
      this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (data === 'signed-in') this.#listener.signedIn();
        if (data === 'signed-out') this.#listener.signedOut();
      };
    } catch {
      // A runtime without BroadcastChannel, or a page of an opaque origin (a sandboxed frame).
    }
  }

  send(message: TabMessage): void {
    this.#channel?.postMessage(message);
  }

  close(): void {
    this.#channel?.close();
  }
}
