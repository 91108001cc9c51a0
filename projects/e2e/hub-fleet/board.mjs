// A client of the hub that writes down what it receives, and goes to another relay when its connection ends.
import { NOTIFICATIONS_PROTOCOL } from 'genesys-auth-protocol';
import WebSocket from 'ws';

/**
 * @param {{ key: string, topics: string[], url: () => string, round: () => number }} about `round` is the number of the last
 *   round of events that the sandbox has sent; each frame is stamped with it
 */
export function startBoard({ key, topics, url, round }) {
  const frames = [];
  let position;
  let socket;
  let isLive = false;
  let isOver = false;
  const note = (frame) => frames.push({ round: round(), ...frame });

  function connect() {
    const next = new WebSocket(`${url().replace('http', 'ws')}/notifications`, [NOTIFICATIONS_PROTOCOL], {
      headers: { authorization: `Bearer ${key}` },
      handshakeTimeout: 5000
    });
    let epoch;
    socket = next;
    next.on('message', (data) => {
      const frame = JSON.parse(data.toString());
      if (frame.type === 'welcome') {
        epoch = frame.epoch;
        next.send(JSON.stringify({ type: 'subscribe', id: 1, topics, ...(position && { resume: position }) }));
      } else if (frame.type === 'subscribed') {
        const refused = frame.topics.filter(({ state }) => state !== 'permitted');
        if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
        isLive = true;
        note({ kind: 'open' });
      } else if (frame.type === 'event') {
        note({ kind: 'event', topic: frame.event.topicName, n: frame.event.eventBody.n });
      } else if (frame.type === 'gap') {
        note({ kind: 'gap', topics: frame.topics });
      } else if (frame.type === 'upstream') {
        isLive = frame.live;
        note({ kind: 'upstream', live: frame.live });
      }
      if (typeof frame.seq === 'number' && epoch !== undefined && frame.type !== 'welcome') {
        position = { epoch, seq: frame.seq };
      }
    });
    next.on('error', () => undefined);
    next.on('close', () => {
      isLive = false;
      note({ kind: 'closed' });
      if (!isOver) setTimeout(connect, 100);
    });
  }
  connect();
  return {
    topics,
    frames,
    isLive: () => isLive,
    close: () => {
      isOver = true;
      socket.terminate();
    }
  };
}
