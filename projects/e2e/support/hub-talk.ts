import type { Page, WebSocket } from 'playwright-core';

/** A frame of the hub, as far as tests look at it. */
interface Frame {
  readonly at: number;
  readonly type: string;
  readonly live?: boolean;
  readonly topics?: readonly unknown[];
}

/** What a page and the relay's hub say to each other, over all its sockets. */
export interface HubTalk {
  /** How many sockets the page has opened, and how many of them are. */
  readonly opened: number;
  readonly open: number;
  readonly heard: readonly Frame[];
  readonly said: readonly Frame[];
}

/** Listens from now on. */
export function hubTalk(page: Page): HubTalk {
  const heard: Frame[] = [];
  const said: Frame[] = [];
  const talk = { opened: 0, open: 0, heard, said };
  const note = (frames: Frame[]) => (message: { payload: string | Buffer }) => {
    frames.push({ at: Date.now(), ...(JSON.parse(String(message.payload)) as { type: string }) });
  };
  page.on('websocket', (socket: WebSocket) => {
    talk.opened += 1;
    talk.open += 1;
    socket.on('framereceived', note(heard));
    socket.on('framesent', note(said));
    socket.on('close', () => (talk.open -= 1));
  });
  return talk;
}
