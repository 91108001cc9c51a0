import type { GapReason } from '../source';
import { expand, topicKey } from './topic-names';

/** The end of what is known of some topics. */
export interface Loss {
  /** The last moment at which something came, milliseconds since the epoch. */
  readonly since: number;
  readonly reason: GapReason;
}

/** What it means that topics deliver. */
export interface Covered {
  /** Those whose state has to be read, as they were asked for. */
  readonly fresh: readonly string[];
  /** Of them, those that delivered before and may have missed something. */
  readonly losses: ReadonlyMap<Loss, readonly string[]>;
}

/** Which topics deliver, and since when those that do not any more have not. */
export class Coverage {
  /** As they were asked for, by key. */
  #wanted: ReadonlyMap<string, string> = new Map();
  readonly #covered = new Set<string>();
  readonly #lost = new Map<string, Loss>();

  /** What is wanted from now on. Of all else nothing is kept. */
  want(topics: readonly string[]): void {
    this.#wanted = new Map(topics.map((topic) => [topicKey(topic), topic]));
    for (const known of [this.#covered, this.#lost])
      for (const key of known.keys()) if (!this.#wanted.has(key)) known.delete(key);
  }

  has(topic: string): boolean {
    return this.#covered.has(topicKey(topic));
  }

  /** Those that are wanted and bring events of these topics, as they were asked for. */
  affected(topics: readonly string[]): readonly string[] {
    const names = new Set(topics.flatMap(expand));
    return [...this.#wanted.values()].filter((topic) => expand(topic).some((name) => names.has(name)));
  }

  /** A topic gets nothing any more. */
  drop(topic: string): void {
    this.#covered.delete(topicKey(topic));
    this.#lost.delete(topicKey(topic));
  }

  /** What delivered does not any more, except these topics. */
  lose(loss: Loss, except: readonly string[] = []): void {
    const spared = new Set(except.map(topicKey));
    for (const key of this.#covered) {
      if (spared.has(key)) continue;
      this.#covered.delete(key);
      this.#lost.set(key, loss);
    }
  }

  /**
   * These topics deliver from now on.
   *
   * @param resumed what they have lost comes as well
   */
  cover(topics: readonly string[], resumed: boolean): Covered {
    const fresh: string[] = [];
    const losses = new Map<Loss, readonly string[]>();
    for (const key of topics.map(topicKey)) {
      const topic = this.#wanted.get(key);
      if (topic === undefined || this.#covered.has(key)) continue;
      this.#covered.add(key);
      const loss = this.#lost.get(key);
      this.#lost.delete(key);
      if (loss && resumed) continue;
      fresh.push(topic);
      if (loss) losses.set(loss, [...(losses.get(loss) ?? []), topic]);
    }
    return { fresh, losses };
  }
}
