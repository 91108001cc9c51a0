import { randomUUID } from 'node:crypto';
import type { Timeline } from '../time/timeline.ts';
import type { ActiveFault, Fault, FaultOf, FaultType } from './fault.ts';
import { matcher, routeMatcher } from './pattern.ts';
import { checkFault } from './reading.ts';

/** What a test may do to the sandbox's faults. */
export interface SandboxFaults {
  /**
   * Lets something go wrong.
   *
   * @returns its id
   * @throws `TypeError` that names the field when one makes no sense
   * @example sandbox.faults.add({ type: 'serverError', route: 'POST /api/v2/analytics/*', forMs: 5000 });
   */
  add(fault: Fault): string;
  /** Those that wait, or are active. */
  list(): ActiveFault[];
  /** Takes one back; `false` if there is none with this id. */
  remove(id: string): boolean;
  /** Takes all back. */
  clear(): void;
}

/** Faults of sockets and tokens: they strike what is there when they begin. */
const STRIKES: ReadonlySet<FaultType> = new Set<FaultType>([
  'dropSockets',
  'closeSockets',
  'freezeSockets',
  'socketClosing',
  'revokeTokens'
]);

interface Entry {
  readonly id: string;
  readonly fault: Fault;
  readonly matches: Matcher;
  begun: boolean;
  hits: number;
}

interface Matcher {
  readonly request: (method: string, path: string, host: string) => boolean;
  readonly topic: (name: string) => boolean;
}

/** What goes wrong at present, by the sandbox's clock. */
export class Faults implements SandboxFaults {
  readonly #timeline: Timeline;
  readonly #entries = new Map<string, Entry>();
  /** Does what a fault of sockets or tokens does at its beginning; returns how many it struck. */
  strike: (fault: Fault) => number = () => 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  add(fault: Fault): string {
    checkFault(fault);
    const entry: Entry = { id: randomUUID(), fault, matches: matcherOf(fault), begun: false, hits: 0 };
    this.#entries.set(entry.id, entry);
    const { afterMs = 0 } = fault;
    if (afterMs > 0)
      this.#timeline.after(afterMs, () => {
        this.#begin(entry);
      });
    else this.#begin(entry);
    return entry.id;
  }

  list(): ActiveFault[] {
    return [...this.#entries.values()].map(({ id, fault, hits }) => ({ id, fault, hits }));
  }

  remove(id: string): boolean {
    return this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** The first active fault of a kind that a request meets; it counts as a hit. */
  onRequest<T extends FaultType>(type: T, method: string, path: string, host: string): FaultOf<T> | undefined {
    return this.#find(type, ({ matches }) => matches.request(method, path, host));
  }

  /** The same for a token request of an authenticated client. */
  onTokenRequest(grantType: string): FaultOf<'tokenError'> | undefined {
    return this.#find('tokenError', ({ fault }) => (field(fault, 'grantType') ?? grantType) === grantType);
  }

  /** The same for an event. */
  onEvent<T extends FaultType>(type: T, topic: string): FaultOf<T> | undefined {
    return this.#find(type, ({ matches }) => matches.topic(topic));
  }

  /** The same for a socket of a client. */
  onSocket<T extends FaultType>(type: T, clientId: string): FaultOf<T> | undefined {
    return this.#find(type, ({ fault }) => strikes(fault, clientId));
  }

  /** Milliseconds that the sandbox is off, as it says. */
  get offsetMs(): number {
    let sum = 0;
    for (const { fault, begun } of this.#entries.values()) if (begun && fault.type === 'clockOffset') sum += fault.ms;
    return sum;
  }

  #find<T extends FaultType>(type: T, matches: (entry: Entry) => boolean): FaultOf<T> | undefined {
    for (const entry of this.#entries.values()) {
      if (!entry.begun || !isOf(entry.fault, type) || !matches(entry)) continue;
      this.#hit(entry, 1);
      return entry.fault;
    }
    return undefined;
  }

  #hit(entry: Entry, count: number): void {
    entry.hits += count;
    if (entry.hits >= (entry.fault.times ?? Infinity)) this.#entries.delete(entry.id);
  }

  #begin(entry: Entry): void {
    if (!this.#entries.has(entry.id)) return;
    entry.begun = true;
    const { fault } = entry;
    if (STRIKES.has(fault.type)) {
      this.#hit(entry, this.strike(fault));
      // Without a window it is over; with one it also strikes what comes.
      if (fault.forMs === undefined) this.#entries.delete(entry.id);
    }
    if (fault.forMs !== undefined)
      this.#timeline.after(fault.forMs, () => {
        this.#entries.delete(entry.id);
      });
  }
}

/** Whether a fault of sockets or tokens means a client's. */
export function strikes(fault: Fault, clientId: string): boolean {
  const meant = field(fault, 'clientId');
  return meant === undefined || meant === clientId;
}

function isOf<T extends FaultType>(fault: Fault, type: T): fault is FaultOf<T> {
  return fault.type === type;
}

function matcherOf(fault: Fault): Matcher {
  const [route, topic, host] = [field(fault, 'route'), field(fault, 'topic'), field(fault, 'host')];
  const onRoute = route === undefined ? () => true : routeMatcher(route);
  return {
    request: (method, path, at) => (host === undefined || host === at) && onRoute(method, path),
    topic: topic === undefined ? () => true : matcher(topic)
  };
}

/** A field that some kinds of faults have. */
function field(fault: Fault, name: 'route' | 'host' | 'topic' | 'clientId' | 'grantType'): string | undefined {
  const value: unknown = Reflect.get(fault, name);
  return typeof value === 'string' ? value : undefined;
}
