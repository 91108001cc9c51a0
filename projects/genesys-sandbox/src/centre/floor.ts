import {
  type Agent,
  type Presence,
  type RoutingStatus,
  drawAbsence,
  longestIdle,
  ON_QUEUE_MS,
  setPresence,
  setRouting
} from './agents.ts';
import { Agenda } from './agenda.ts';
import type { Conversation, QueueState } from './conversation.ts';
import type { FloorChange } from './change.ts';
import type { MetricEvent } from './metric-log.ts';
import { type CentrePlan, MEDIA_TYPES } from './plan.ts';
import { Random } from './random.ts';

type FloorEvent =
  | { readonly kind: 'arrival'; readonly queue: QueueState }
  | { readonly kind: 'shift'; readonly agent: Agent }
  | { readonly kind: 'recovery'; readonly agent: Agent }
  | { readonly kind: 'abandon' | 'answer' | 'ignore' | 'hangup' | 'wrapped'; readonly conversation: Conversation };

const HOUR = 3_600_000;

/** The events of a contact centre, one after the other: who arrives, who answers, who gives up. Knows no clock. */
export class Floor {
  readonly queues: readonly QueueState[];
  readonly agents: readonly Agent[];
  readonly #random: Random;
  readonly #agenda = new Agenda<FloorEvent>();
  readonly #record: (event: MetricEvent) => void;
  readonly #changed: (change: FloorChange) => void;
  #conversations = 0;
  #now: number;

  constructor(
    plan: CentrePlan,
    seed: number,
    startAt: number,
    record: (event: MetricEvent) => void,
    changed: (change: FloorChange) => void
  ) {
    this.#random = new Random(seed);
    this.#record = record;
    this.#changed = changed;
    this.#now = startAt;
    this.agents = plan.agents.map((agentPlan) => ({
      plan: agentPlan,
      presence: 'ON_QUEUE',
      presenceSince: startAt,
      presenceMessage: '',
      routing: 'IDLE',
      routingSince: startAt,
      leaving: false,
      isSelfManaged: false
    }));
    this.queues = plan.queues.map((queuePlan) => ({
      plan: queuePlan,
      members: this.agents.filter((agent) => agent.plan.queues.includes(queuePlan.index)),
      waiting: [],
      alerting: new Set(),
      interacting: new Set()
    }));
    for (const agent of this.agents) {
      this.#agenda.add(startAt + Math.round(this.#random.exponential(ON_QUEUE_MS)), { kind: 'shift', agent });
    }
    for (const queue of this.queues) this.#expectArrival(queue);
  }

  /** Lets everything happen that is due at or before `until`. */
  run(until: number): void {
    for (let due = this.#agenda.take(until); due !== undefined; due = this.#agenda.take(until)) {
      this.#now = due.at;
      this.#happen(due.event);
    }
    this.#now = Math.max(this.#now, until);
  }

  /** A user chooses a presence. A conversation that is going on goes on; without `ON_QUEUE` there is no other after it. */
  choosePresence(agent: Agent, presence: Presence, message: string): void {
    agent.isSelfManaged = true;
    const isBusy = agent.routing === 'INTERACTING';
    const { routingSince } = agent;
    setPresence(agent, presence, this.#now);
    agent.presenceMessage = message;
    if (isBusy) setRouting(agent, 'INTERACTING', routingSince);
    this.#changed({ kind: 'presence', agent });
    this.#changed({ kind: 'routing', agent });
    if (agent.routing === 'IDLE') this.#free(agent);
  }

  /** An agent who did not answer a conversation gets conversations again. */
  respondAgain(agent: Agent): void {
    if (agent.routing === 'NOT_RESPONDING') this.#free(agent);
  }

  #happen(event: FloorEvent): void {
    switch (event.kind) {
      case 'arrival':
        this.#arrive(event.queue);
        break;
      case 'shift':
        this.#shift(event.agent);
        break;
      case 'recovery':
        if (!event.agent.isSelfManaged) this.respondAgain(event.agent);
        break;
      case 'abandon':
        this.#abandon(event.conversation);
        break;
      case 'answer':
        this.#answer(event.conversation);
        break;
      case 'ignore':
        this.#ignore(event.conversation);
        break;
      case 'hangup':
        this.#hangUp(event.conversation);
        break;
      case 'wrapped':
        this.#wrapped(event.conversation);
        break;
    }
  }

  #arrive(queue: QueueState): void {
    this.#expectArrival(queue);
    const conversation: Conversation = {
      number: ++this.#conversations,
      queue: queue.plan.index,
      media: this.#random.weighted(queue.plan.media),
      state: 'waiting',
      offeredAt: this.#now,
      since: this.#now,
      interactedMs: 0,
      agent: undefined
    };
    queue.waiting.push(conversation);
    this.#write('nOffered', conversation, 1);
    this.#changed({ kind: 'conversation', conversation });
    this.#later(this.#random.exponential(queue.plan.patienceMs) + 3000, { kind: 'abandon', conversation });
    const agent = longestIdle(queue.members);
    if (agent !== undefined) this.#alert(agent, queue, conversation);
  }

  #abandon(conversation: Conversation): void {
    if (conversation.state !== 'waiting') return;
    remove(this.#queueOf(conversation).waiting, conversation);
    this.#enter(conversation, 'over');
    this.#write('tAbandon', conversation, this.#now - conversation.offeredAt);
  }

  #alert(agent: Agent, queue: QueueState, conversation: Conversation): void {
    remove(queue.waiting, conversation);
    queue.alerting.add(conversation);
    conversation.agent = agent;
    this.#enter(conversation, 'alerting');
    this.#route(agent, 'INTERACTING');
    if (this.#random.chance(0.01)) this.#later(15_000, { kind: 'ignore', conversation });
    else this.#later(this.#random.between(1500, 6000), { kind: 'answer', conversation });
  }

  #answer(conversation: Conversation): void {
    const queue = this.#queueOf(conversation);
    queue.alerting.delete(conversation);
    queue.interacting.add(conversation);
    this.#write('tAlert', conversation, this.#now - conversation.since);
    this.#write('tAnswered', conversation, this.#now - conversation.offeredAt);
    this.#enter(conversation, 'interacting');
    this.#later(Math.max(8000, this.#random.lognormal(queue.plan.talkMs)), { kind: 'hangup', conversation });
  }

  /** The agent let it ring: the conversation goes back to the head of the queue, the agent gets none for a while. */
  #ignore(conversation: Conversation): void {
    const queue = this.#queueOf(conversation);
    const { agent } = conversation;
    this.#write('tNotResponding', conversation, this.#now - conversation.since);
    queue.alerting.delete(conversation);
    queue.waiting.unshift(conversation);
    // Told while the agent is still named: it is news for the agent as well.
    this.#enter(conversation, 'waiting');
    conversation.agent = undefined;
    this.#later(this.#random.exponential(queue.plan.patienceMs), { kind: 'abandon', conversation });
    if (agent !== undefined) {
      this.#route(agent, 'NOT_RESPONDING');
      this.#later(30_000, { kind: 'recovery', agent });
    }
    const next = longestIdle(queue.members);
    if (next !== undefined) this.#alert(next, queue, conversation);
  }

  #hangUp(conversation: Conversation): void {
    const queue = this.#queueOf(conversation);
    queue.interacting.delete(conversation);
    const lasted = this.#now - conversation.since;
    const held = this.#random.chance(0.18) ? Math.round(lasted * this.#random.between(0.05, 0.35)) : 0;
    if (held > 0) this.#write('tHeld', conversation, held);
    this.#write('tTalk', conversation, lasted - held);
    if (this.#random.chance(0.04)) this.#write('nTransferred', conversation, 1);
    this.#enter(conversation, 'wrapping');
    const wrapUp = Math.round(Math.max(1000, this.#random.lognormal(queue.plan.wrapUpMs, 0.4)));
    this.#later(wrapUp, { kind: 'wrapped', conversation });
    conversation.interactedMs = lasted;
  }

  #wrapped(conversation: Conversation): void {
    const wrapUp = this.#now - conversation.since;
    this.#write('tAcw', conversation, wrapUp);
    this.#write('tHandle', conversation, conversation.interactedMs + wrapUp);
    this.#enter(conversation, 'over');
    const { agent } = conversation;
    if (agent !== undefined) this.#free(agent);
  }

  /** The agent is done with a conversation: off queue if that was wanted, else on to the next one. */
  #free(agent: Agent): void {
    if (agent.leaving) {
      this.#leave(agent);
      return;
    }
    if (agent.presence !== 'ON_QUEUE') {
      this.#route(agent, 'OFF_QUEUE');
      return;
    }
    this.#route(agent, 'IDLE');
    for (const index of agent.plan.queues) {
      const queue = this.queues[index];
      const next = queue?.waiting[0];
      if (queue === undefined || next === undefined) continue;
      this.#alert(agent, queue, next);
      return;
    }
  }

  #shift(agent: Agent): void {
    if (agent.isSelfManaged) return;
    if (agent.presence !== 'ON_QUEUE') {
      this.#present(agent, 'ON_QUEUE');
      this.#later(this.#random.exponential(ON_QUEUE_MS), { kind: 'shift', agent });
      this.#free(agent);
    } else if (agent.routing === 'IDLE') this.#leave(agent);
    else agent.leaving = true;
  }

  #leave(agent: Agent): void {
    const { presence, lastsMs } = drawAbsence(this.#random);
    this.#present(agent, presence);
    this.#later(lastsMs, { kind: 'shift', agent });
  }

  #expectArrival(queue: QueueState): void {
    const { perHour, peakHour } = queue.plan;
    // A gentle wave over the day: never so calm that nothing moves.
    const hour = (this.#now % (24 * HOUR)) / HOUR;
    const wave = 0.9 + 0.15 * Math.cos(((hour - peakHour) / 24) * 2 * Math.PI);
    this.#later(this.#random.exponential(HOUR / (perHour * wave)), { kind: 'arrival', queue });
  }

  #later(delayMs: number, event: FloorEvent): void {
    this.#agenda.add(this.#now + Math.round(delayMs), event);
  }

  #enter(conversation: Conversation, state: Conversation['state']): void {
    conversation.state = state;
    conversation.since = this.#now;
    this.#changed({ kind: 'conversation', conversation });
  }

  #route(agent: Agent, routing: RoutingStatus): void {
    if (agent.routing === routing && agent.routingSince === this.#now) return;
    setRouting(agent, routing, this.#now);
    this.#changed({ kind: 'routing', agent });
  }

  #present(agent: Agent, presence: Presence): void {
    setPresence(agent, presence, this.#now);
    this.#changed({ kind: 'presence', agent });
    this.#changed({ kind: 'routing', agent });
  }

  #queueOf(conversation: Conversation): QueueState {
    const queue = this.queues[conversation.queue];
    if (queue === undefined) throw new RangeError('A conversation names a queue that does not exist.');
    return queue;
  }

  #write(metric: MetricEvent['metric'], conversation: Conversation, value: number): void {
    this.#record({
      at: this.#now,
      metric,
      queue: conversation.queue,
      media: MEDIA_TYPES.indexOf(conversation.media),
      agent: conversation.agent?.plan.index ?? -1,
      value
    });
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
