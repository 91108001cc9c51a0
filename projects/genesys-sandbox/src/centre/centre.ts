import type { CentreChange } from './change.ts';
import { Floor } from './floor.ts';
import { MetricLog } from './metric-log.ts';
import type { CentrePlan, QueuePlan } from './plan.ts';

/** Length of the history of a new centre. */
const WARM_UP_MS = 8 * 3_600_000;
/** After a longer pause, such as a suspended laptop, the centre starts again instead of simulating the pause. */
const MAX_GAP_MS = 7 * 24 * 3_600_000;

/**
 * The contact centre: a {@link Floor} tied to a clock. It advances only when it is read: every read first processes the events that
 * are due by then. So there are no timers, and the same seed and clock give the same numbers, however often it is read.
 *
 * The floor has a separate time, `speed` times as fast as the clock. Callers see times of the clock.
 */
export class ContactCentre {
  readonly plan: CentrePlan;
  readonly #seed: number;
  readonly #speed: number;
  #floor: Floor;
  #log = new MetricLog();
  /** The first and the last pair of equal times of floor and clock. */
  #opened: Tie;
  #anchor: Tie;
  #clockNow: number;
  #floorNow: number;
  /** Called for every change after the warm-up. */
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

  /** Advances to `now`, milliseconds since the epoch. A clock that goes back changes nothing. */
  advance(now: number): this {
    this.#clockNow = Math.max(this.#clockNow, now);
    this.#runTo(this.#anchor.floor + (this.#clockNow - this.#anchor.clock) * this.#speed);
    return this;
  }

  /** Advances the floor by `ms` at once, while the clock stands still. */
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

  /** Converts the start of something that has not ended from the floor's time to the clock's. */
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

  /** Converts a moment from the floor's time to the clock's. It is monotonic, because the log is in order. */
  #clockTime(floorTime: number): number {
    // The warm-up runs at the speed of the clock, and a jump takes no time.
    if (floorTime <= this.#opened.floor) return this.#opened.clock - (this.#opened.floor - floorTime);
    if (floorTime <= this.#anchor.floor) return this.#anchor.clock;
    return Math.round(this.#anchor.clock + (floorTime - this.#anchor.floor) / this.#speed);
  }
}

interface Tie {
  readonly clock: number;
  readonly floor: number;
}
