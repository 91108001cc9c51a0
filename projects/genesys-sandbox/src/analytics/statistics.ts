import type { MetricEvent } from '../centre/metric-log.ts';
import type { QueuePlan } from '../centre/plan.ts';

/** Something that adds up entries and writes itself as the API's `stats`. */
export interface Statistics {
  add(event: MetricEvent, queue: QueuePlan): void;
  toJSON(): object;
}

/** `{count}` for counts, `{max, min, count, sum}` in milliseconds for times. */
export class Summary implements Statistics {
  readonly #kind: 'count' | 'time';
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(kind: 'count' | 'time') {
    this.#kind = kind;
  }

  add({ value }: MetricEvent): void {
    this.#count++;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  toJSON(): object {
    if (this.#kind === 'count') return { count: this.#count };
    return { max: this.#max, min: this.#min, count: this.#count, sum: this.#sum };
  }
}

/** Answered in time, of all that were answered or gave up. */
export class ServiceLevel implements Statistics {
  readonly #targetOnly: boolean;
  readonly #inTime: (event: MetricEvent, queue: QueuePlan) => boolean;
  readonly #targets = new Set<number>();
  #numerator = 0;
  #denominator = 0;

  constructor(targetOnly: boolean, inTime: (event: MetricEvent, queue: QueuePlan) => boolean) {
    this.#targetOnly = targetOnly;
    this.#inTime = inTime;
  }

  add(event: MetricEvent, queue: QueuePlan): void {
    this.#targets.add(queue.serviceLevel.percentage);
    this.#denominator++;
    if (event.metric === 'tAnswered' && this.#inTime(event, queue)) this.#numerator++;
  }

  toJSON(): object {
    const [target, ...others] = this.#targets;
    // Queues with different targets have none in common.
    const shared = target === undefined || others.length > 0 ? {} : { target };
    if (this.#targetOnly) return shared;
    const [numerator, denominator] = [this.#numerator, this.#denominator];
    return { ratio: numerator / denominator, numerator, denominator, ...shared };
  }
}
