// Answers in the shapes of Genesys Cloud, for tests. Queue `q1` is busy, `q2` is quiet.

export const QUEUE_PAGE = {
  entities: [
    {
      id: 'q1',
      name: 'Claims',
      memberCount: 9,
      mediaSettings: { call: { serviceLevel: { percentage: 0.9, durationMs: 30_000 } } }
    },
    { id: 'q2', name: 'Billing', memberCount: 4 }
  ],
  pageSize: 100,
  pageNumber: 1,
  pageCount: 1,
  total: 2
};

export const MEMBERS = {
  entities: [
    { id: 'a1', name: 'Ann', user: { id: 'a1', name: 'Ann' }, routingStatus: { status: 'INTERACTING' } },
    { id: 'a3', name: 'Cem', user: { id: 'a3', name: 'Cem' }, routingStatus: { status: 'IDLE' } }
  ],
  pageNumber: 1,
  pageCount: 1,
  total: 2
};

/** @param at when the contact of `q1` that waits longest arrived, in epoch milliseconds */
export function observations(at: number, waiting = 2): object {
  return {
    results: [
      {
        group: { queueId: 'q1', mediaType: 'voice' },
        data: [
          {
            metric: 'oWaiting',
            stats: { count: waiting },
            truncated: false,
            observations: [{ observationDate: new Date(at).toISOString() }]
          },
          { metric: 'oInteracting', stats: { count: 5 } }
        ]
      },
      { group: { queueId: 'q1', mediaType: 'chat' }, data: [{ metric: 'oWaiting', stats: { count: 1 } }] },
      {
        group: { queueId: 'q1' },
        data: [agents('INTERACTING', ['a1', 'a2']), agents('IDLE', ['a3'])]
      },
      { group: { queueId: 'q2' }, data: [agents('IDLE', ['a3', 'a4'])] }
    ]
  };
}

/** @param start of the one slot, in epoch milliseconds */
export function aggregates(start: number): object {
  const interval = `${new Date(start).toISOString()}/${new Date(start + 1_800_000).toISOString()}`;
  return {
    results: [
      {
        group: { queueId: 'q1', mediaType: 'voice' },
        data: [
          {
            interval,
            metrics: [
              { metric: 'nOffered', stats: { count: 10 } },
              { metric: 'tAbandon', stats: { count: 1, sum: 9000 } },
              { metric: 'oServiceLevel', stats: { ratio: 0.8, numerator: 8, denominator: 10, target: 0.9 } }
            ]
          }
        ]
      },
      {
        group: { queueId: 'q1', mediaType: 'chat' },
        data: [{ interval, metrics: [{ metric: 'oServiceLevel', stats: { numerator: 5, denominator: 5 } }] }]
      }
    ]
  };
}

function agents(qualifier: string, userIds: readonly string[]): object {
  return {
    metric: 'oOnQueueUsers',
    qualifier,
    stats: { count: userIds.length },
    truncated: false,
    observations: userIds.map((userId) => ({ userId }))
  };
}
