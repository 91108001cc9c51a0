// Judges what the boards of a run received. Everything is counted in rounds: in each one the sandbox sends one event of each topic,
// whose `n` is the number of the round, and every frame and fault is stamped with the number of the last round.

/** Milliseconds between two rounds. */
export const ROUND_MS = 50;
/** Rounds in which a hub recovers after a fault: ten seconds. */
const RECOVERY_ROUNDS = 10_000 / ROUND_MS;
/** Rounds whose events may be on their way when a fault begins. */
const IN_FLIGHT_ROUNDS = 1000 / ROUND_MS;

/** The state of a topic as a board shows it: it takes each event, and reads the state anew at each gap. */
export function stateOf(frames, topic) {
  let state;
  for (const frame of frames) {
    if (frame.kind === 'event' && frame.topic === topic) state = frame.n;
    if (frame.kind === 'gap' && frame.topics.includes(topic)) state = frame.round;
  }
  return state;
}

function judgeTopic(name, topic, frames, { lastRound, faults }) {
  const complaints = [];
  const received = new Set();
  let ofThisConnection = new Set();
  let newest = 0;
  let inversions = 0;
  for (const frame of frames) {
    if (frame.kind === 'closed') {
      ofThisConnection = new Set();
      newest = 0;
    }
    if (frame.kind !== 'event' || frame.topic !== topic) continue;
    const { n } = frame;
    if (ofThisConnection.has(n)) complaints.push(`${name} received event ${n} of ${topic} twice`);
    if (n < newest) inversions += 1;
    newest = Math.max(newest, n);
    ofThisConnection.add(n);
    received.add(n);
  }
  const gaps = frames.filter((frame) => frame.kind === 'gap' && frame.topics.includes(topic));
  const first = frames.find(({ kind }) => kind === 'open')?.round ?? 0;
  const lost = [];
  let missed = 0;
  for (let n = first + 1; n <= lastRound; n += 1) {
    if (received.has(n)) continue;
    missed += 1;
    const isReported = faults.some(
      ({ start, end }) =>
        start - IN_FLIGHT_ROUNDS <= n &&
        gaps.some(({ round }) => round >= n && round >= start && round <= end + RECOVERY_ROUNDS)
    );
    if (!isReported) lost.push(n);
  }
  if (lost.length > 0) complaints.push(`${name} lost ${lost.length} events of ${topic} in silence: ${ranges(lost)}`);
  const state = stateOf(frames, topic);
  if (state !== lastRound) complaints.push(`${name} ends with ${topic} at ${state} instead of ${lastRound}`);
  return { complaints, received: received.size, missed, inversions };
}

/** Numbers as text, such as `3-7, 9`. */
function ranges(numbers) {
  const found = [];
  for (const n of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last.to === n - 1) last.to = n;
    else found.push({ from: n, to: n });
  }
  return found.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
}

/**
 * @param {{ lastRound: number, faults: { name: string, start: number, end: number }[],
 *   boards: { name: string, topics: string[], frames: object[] }[] }} run
 */
export function judge(run) {
  const complaints = [];
  const sum = { received: 0, missed: 0, inversions: 0, gaps: 0 };
  for (const { name, topics, frames } of run.boards) {
    for (const frame of frames) {
      if (frame.kind !== 'gap') continue;
      sum.gaps += 1;
      const isExplained = run.faults.some(
        ({ start, end }) => start <= frame.round && frame.round <= end + RECOVERY_ROUNDS
      );
      if (!isExplained) complaints.push(`${name} received a gap at ${frame.round}, where there was no fault`);
    }
    for (const topic of topics) {
      const result = judgeTopic(name, topic, frames, run);
      complaints.push(...result.complaints);
      for (const key of ['received', 'missed', 'inversions']) sum[key] += result[key];
    }
  }
  return { complaints, ...sum };
}
