// What Genesys Cloud answers to Ann, who has one call.

export const ME = {
  id: 'ann',
  name: 'Ann Archer',
  presence: {
    presenceDefinition: { id: 'p-queue', systemPresence: 'ON_QUEUE' },
    message: 'Until five',
    modifiedDate: '2026-11-23T11:00:00Z'
  },
  routingStatus: { userId: 'ann', status: 'INTERACTING', startTime: '2026-11-23T11:58:00Z' }
};

export const PRESENCES = {
  total: 3,
  entities: [
    { id: 'p-queue', languageLabels: { en_US: 'On Queue' }, systemPresence: 'ON_QUEUE' },
    { id: 'p-meal', languageLabels: { en_US: 'Meal' }, systemPresence: 'MEAL' },
    { id: 'p-old', languageLabels: { en_US: 'Old' }, systemPresence: 'AWAY', deactivated: true }
  ]
};

export const OWN_QUEUES = {
  entities: [
    { id: 'q1', name: 'Claims', joined: true },
    { id: 'q2', name: 'Billing', joined: true }
  ]
};

export const CONVERSATIONS = {
  entities: [
    {
      id: 'c1',
      startTime: '2026-11-23T11:58:00Z',
      participants: [
        { purpose: 'customer', queueId: 'q1', calls: [{ id: 's1', state: 'connected' }] },
        { purpose: 'agent', userId: 'ann', queueId: 'q1', calls: [{ id: 's1', state: 'connected' }] }
      ]
    }
  ]
};
