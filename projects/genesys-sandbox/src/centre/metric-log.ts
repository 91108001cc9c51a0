/** What the centre writes down; the API's other metrics are read off these. Values in milliseconds, or 1 for a count. */
export const RECORDED = [
  'nOffered',
  'nTransferred',
  'tAbandon',
  'tAcw',
  'tAlert',
  'tAnswered',
  'tHandle',
  'tHeld',
  'tNotResponding',
  'tTalk'
] as const;
export type RecordedMetric = (typeof RECORDED)[number];

/** One entry: what happened when, in which queue, by which medium and to whom (-1: nobody). */
export interface MetricEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly metric: RecordedMetric;
  readonly queue: number;
  readonly media: number;
  readonly agent: number;
  readonly value: number;
}

const CHUNK = 8192;
/** About a million entries, two days at speed 1, under 20 MB; older ones are forgotten. */
const MAX_CHUNKS = 128;

class Chunk {
  readonly at = new Float64Array(CHUNK);
  readonly value = new Float64Array(CHUNK);
  readonly agent = new Int16Array(CHUNK);
  readonly metric = new Uint8Array(CHUNK);
  readonly queue = new Uint8Array(CHUNK);
  readonly media = new Uint8Array(CHUNK);
  length = 0;
}

/** The centre's history: appended in order of time, bounded. */
export class MetricLog {
  readonly #chunks: Chunk[] = [];

  /** Appends. `at` must not lie before the last entry's. */
  add(event: MetricEvent): void {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.length === CHUNK) {
      chunk = new Chunk();
      this.#chunks.push(chunk);
      if (this.#chunks.length > MAX_CHUNKS) this.#chunks.shift();
    }
    const slot = chunk.length++;
    chunk.at[slot] = event.at;
    chunk.value[slot] = event.value;
    chunk.agent[slot] = event.agent;
    chunk.metric[slot] = RECORDED.indexOf(event.metric);
    chunk.queue[slot] = event.queue;
    chunk.media[slot] = event.media;
  }

  /** Calls `visit` for every entry with `from <= at < to`, in order. */
  scan(from: number, to: number, visit: (event: MetricEvent) => void): void {
    for (const chunk of this.#chunks) {
      if (chunk.length === 0 || (chunk.at[chunk.length - 1] ?? 0) < from) continue;
      if ((chunk.at[0] ?? 0) >= to) return;
      for (let slot = firstAtOrAfter(chunk, from); slot < chunk.length; slot++) {
        const at = chunk.at[slot] ?? 0;
        if (at >= to) return;
        const metric = RECORDED[chunk.metric[slot] ?? 0];
        if (metric === undefined) continue;
        visit({
          at,
          metric,
          queue: chunk.queue[slot] ?? 0,
          media: chunk.media[slot] ?? 0,
          agent: chunk.agent[slot] ?? -1,
          value: chunk.value[slot] ?? 0
        });
      }
    }
  }

  get size(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }
}

function firstAtOrAfter(chunk: Chunk, from: number): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk.at[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
