import { idOf } from './ids.ts';

/** Genesys' media types, in the order the API lists them. */
export const MEDIA_TYPES = ['callback', 'chat', 'email', 'message', 'voice'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** A queue in the plan. Times are in milliseconds. */
export interface QueuePlan {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly division: { readonly id: string; readonly name: string; readonly selfUri: string };
  /** What arrives, by weight. */
  readonly media: readonly (readonly [MediaType, number])[];
  /** Conversations per hour on an average hour. */
  readonly perHour: number;
  /** Hour of the day (UTC) with the most arrivals. */
  readonly peakHour: number;
  readonly talkMs: number;
  readonly wrapUpMs: number;
  /** How long a caller waits on average before giving up. */
  readonly patienceMs: number;
  readonly serviceLevel: { readonly percentage: number; readonly durationMs: number };
}

/** An agent in the plan. The queue that is served first comes first. */
export interface AgentPlan {
  readonly index: number;
  readonly id: string;
  readonly queues: readonly number[];
}

/** Queues and agents. */
export interface CentrePlan {
  readonly queues: readonly QueuePlan[];
  readonly agents: readonly AgentPlan[];
}

const SECOND = 1000;
/** Agents per busy agent: slack for calm hours, and for those who are off queue. */
const STAFFING = 1.25;

const division = (name: string): QueuePlan['division'] => {
  const id = idOf(`division:${name}`);
  return { id, name, selfUri: `/api/v2/authorization/divisions/${id}` };
};
const HOME = division('Home');
const DIGITAL = division('Digital');

interface Row {
  readonly name: string;
  readonly about: string;
  readonly home?: QueuePlan['division'];
  readonly media: QueuePlan['media'];
  readonly perHour: number;
  readonly peak: number;
  /** Seconds. */
  readonly talk: number;
  readonly wrapUp: number;
  readonly patience: number;
  readonly target: readonly [percentage: number, seconds: number];
}

const ROWS: readonly Row[] = [
  {
    name: 'Billing and Payments',
    about: 'Invoices, instalments and refunds.',
    media: [
      ['voice', 9],
      ['callback', 1]
    ],
    perHour: 330,
    peak: 10,
    talk: 110,
    wrapUp: 15,
    patience: 120,
    target: [0.8, 20]
  },
  {
    name: 'Claims',
    about: 'New and running claims.',
    media: [['voice', 1]],
    perHour: 220,
    peak: 14,
    talk: 170,
    wrapUp: 25,
    patience: 180,
    target: [0.8, 30]
  },
  {
    name: 'Customer Service',
    about: 'Everything that has no separate queue.',
    media: [
      ['voice', 7],
      ['chat', 3]
    ],
    perHour: 480,
    peak: 11,
    talk: 100,
    wrapUp: 15,
    patience: 120,
    target: [0.8, 20]
  },
  {
    name: 'Email Desk',
    about: 'Written requests.',
    home: DIGITAL,
    media: [['email', 1]],
    perHour: 120,
    peak: 9,
    talk: 180,
    wrapUp: 20,
    patience: 7200,
    target: [0.9, 3600]
  },
  {
    name: 'New Policies',
    about: 'Quotes and sales.',
    media: [
      ['voice', 8],
      ['callback', 2]
    ],
    perHour: 300,
    peak: 16,
    talk: 130,
    wrapUp: 20,
    patience: 150,
    target: [0.85, 20]
  },
  {
    name: 'Retention',
    about: 'Customers who think of leaving.',
    media: [['voice', 1]],
    perHour: 200,
    peak: 15,
    talk: 140,
    wrapUp: 20,
    patience: 150,
    target: [0.9, 15]
  },
  {
    name: 'Roadside Assistance',
    about: 'Breakdowns, day and night.',
    media: [['voice', 1]],
    perHour: 260,
    peak: 18,
    talk: 90,
    wrapUp: 10,
    patience: 240,
    target: [0.9, 10]
  },
  {
    name: 'Web Messaging',
    about: 'Messages from web site and app.',
    home: DIGITAL,
    media: [
      ['message', 3],
      ['chat', 1]
    ],
    perHour: 360,
    peak: 20,
    talk: 120,
    wrapUp: 10,
    patience: 240,
    target: [0.8, 60]
  }
];

/** The sandbox's contact centre: eight queues of an insurance company, and enough agents to just about serve them. */
export function defaultPlan(): CentrePlan {
  const queues = ROWS.map((row, index): QueuePlan => ({
    index,
    id: idOf(`queue:${row.name}`),
    name: row.name,
    description: row.about,
    division: row.home ?? HOME,
    media: row.media,
    perHour: row.perHour,
    peakHour: row.peak,
    talkMs: row.talk * SECOND,
    wrapUpMs: row.wrapUp * SECOND,
    patienceMs: row.patience * SECOND,
    serviceLevel: { percentage: row.target[0], durationMs: row.target[1] * SECOND }
  }));
  return { queues, agents: staff(queues) };
}

function staff(queues: readonly QueuePlan[]): AgentPlan[] {
  const agents: AgentPlan[] = [];
  for (const queue of queues) {
    const busy = (queue.perHour * (queue.talkMs + queue.wrapUpMs)) / 3_600_000;
    const team = Math.ceil(busy * STAFFING);
    for (let member = 0; member < team; member++) {
      // Every third helps out in the next queue as well.
      const helps = member % 3 === 2 ? [(queue.index + 1 + (member % (queues.length - 1))) % queues.length] : [];
      const index = agents.length;
      agents.push({ index, id: idOf(`agent:${index}`), queues: [queue.index, ...helps] });
    }
  }
  return agents;
}
