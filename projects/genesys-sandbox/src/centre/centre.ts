import type { CentreChange } from './change.ts';
import { Floor } from './floor.ts';
import { MetricLog } from './metric-log.ts';
import type { CentrePlan, QueuePlan } from './plan.ts';

/** How much history a fresh centre has. */
const WARM_UP_MS = 8 * 3_600_000;
/** After a longer silence (a laptop that slept) the centre starts afresh instead of living through it all. */
const MAX_GAP_MS = 7 * 24 * 3_600_000;

/**
 * The contact centre: a {@link Floor} tied to a clock. It lives only when looked at: every read first lets happen what is
 * due by then, so there are no timers, and the same seed and clock give the same numbers however often one looks.
 *
 * The floor has a time of its own, `speed` times as fast as the clock; what callers see is stamped with the clock's.
 */
export class ContactCentre {
  readonly plan: CentrePlan;
  readonly #seed: number;
  readonly #speed: number;
  #floor: Floor;
  #log = new MetricLog();
  /** Where the floor's time and the clock's were first, and last, tied together. */
  #opened: Tie;
  #anchor: Tie;
  #clockNow: number;
  #floorNow: number;
  /** Told of every change from when the centre opened on; what happened in its warm-up is history. */
  onChange: ((change: CentreChange) => void) | undefined;

  constructor(plan: CentrePlan, seed: number, now: number, speed: number) {
    this.plan = plan;
    this.#seed = seed;
    this.#speed = speed;
    this.#clockNow = now;
    this.#floorNow = now;
    this.#anchor = this.#opened = { clock: now, floor: now };
    this.#floor = this.#open();
  }

  /** Lives on to `now`, milliseconds since the epoch. A clock that goes back makes nothing unhappen. */
  advance(now: number): this {
    this.#clockNow = Math.max(this.#clockNow, now);
    this.#runTo(this.#anchor.floor + (this.#clockNow - this.#anchor.clock) * this.#speed);
    return this;
  }

  /** Lives `ms` of the floor's time at once, without the clock moving. */
  jump(ms: number): void {
    const target = this.#floorNow + Math.max(0, ms);
    this.#anchor = { clock: this.#clockNow, floor: target };
    this.#runTo(target);
  }

  get floor(): Floor {
    return this.#floor;
  }

  get log(): MetricLog {
    return this.#log;
  }

  /** The clock's time of the last {@link advance}. */
  get now(): number {
    return this.#clockNow;
  }

  /** When something that still goes on began, as the clock shows it. Takes a moment of the floor's time. */
  beganAt(floorTime: number): number {
    return Math.round(this.#clockNow - (this.#floorNow - floorTime) / this.#speed);
  }

  /** How many agents serve the queue, on queue or not. */
  memberCount(queue: QueuePlan): number {
    return this.#floor.queues[queue.index]?.members.length ?? 0;
  }

  #runTo(target: number): void {
    if (target - this.#floorNow > MAX_GAP_MS) {
      this.#floorNow = target;
      this.#log = new MetricLog();
      this.#anchor = this.#opened = { clock: this.#clockNow, floor: target };
      this.#floor = this.#open();
      this.onChange?.({ kind: 'reopened' });
    }
    this.#floorNow = Math.max(this.#floorNow, target);
    this.#floor.run(this.#floorNow);
  }

  #open(): Floor {
    const { floor: at } = this.#opened;
    let open = false;
    const floor = new Floor(
      this.plan,
      this.#seed,
      at - WARM_UP_MS,
      (event) => {
        this.#log.add({ ...event, at: this.#clockTime(event.at) });
      },
      (change) => {
        if (open) this.onChange?.(change);
      }
    );
    floor.run(at);
    open = true;
    return floor;
  }

  /** A moment of the floor's time as the clock showed it. Grows with its argument: the log is in order. */
  #clockTime(floorTime: number): number {
    // The warm-up was lived at the clock's own pace, a jump in no time at all.
    if (floorTime <= this.#opened.floor) return this.#opened.clock - (this.#opened.floor - floorTime);
    if (floorTime <= this.#anchor.floor) return this.#anchor.clock;
    return Math.round(this.#anchor.clock + (floorTime - this.#anchor.floor) / this.#speed);
  }
}

interface Tie {
  readonly clock: number;
  readonly floor: number;
}
