import { CONVERSATIONS, ME, OWN_QUEUES, PRESENCES } from '../../testing/me';
import { readConversations, readMe, readOwnQueues, readPresences } from './me';

describe('readMe', () => {
  it('reads presence and routing status', () => {
    expect(readMe(ME)).toEqual({
      id: 'ann',
      presence: { id: 'p-queue', system: 'ON_QUEUE', message: 'Until five', since: Date.parse('2026-11-23T11:00:00Z') },
      routing: { status: 'Interacting', since: Date.parse('2026-11-23T11:58:00Z') }
    });
  });

  it.each([null, [], { presence: 1 }])('makes do with %j', (answer) => {
    expect(readMe(answer)).toEqual({
      id: '',
      presence: { id: undefined, system: undefined, message: undefined, since: undefined },
      routing: { status: 'Unknown', since: undefined }
    });
  });
});

describe('readPresences', () => {
  it('leaves out those that cannot be chosen', () => {
    expect(readPresences(PRESENCES)).toEqual([
      { id: 'p-queue', label: 'On Queue' },
      { id: 'p-meal', label: 'Meal' }
    ]);
    expect(readPresences({ entities: [{ id: 'x' }, { systemPresence: 'BUSY' }, null] })).toEqual([]);
  });

  it('takes the system presence where there is no label', () => {
    expect(readPresences({ entities: [{ id: 'x', systemPresence: 'BUSY' }] })).toEqual([{ id: 'x', label: 'BUSY' }]);
  });
});

describe('readOwnQueues', () => {
  it('leaves out what has no id or name', () => {
    expect(readOwnQueues(OWN_QUEUES).map(({ name }) => name)).toEqual(['Claims', 'Billing']);
    expect(readOwnQueues({ entities: [{ id: 'x' }, 'y'] })).toEqual([]);
  });
});

describe('readConversations', () => {
  it('reads the part of the user', () => {
    expect(readConversations(CONVERSATIONS, 'ann')).toEqual([
      { id: 'c1', medium: 'Call', state: 'Connected', queueId: 'q1', since: Date.parse('2026-11-23T11:58:00Z') }
    ]);
    expect(readConversations(CONVERSATIONS, 'ben')).toEqual([]);
  });

  it('takes the last part of a user who has several, and the last communication of it', () => {
    const participants = [
      { userId: 'ann', queueId: 'q1', chats: [{ state: 'disconnected' }] },
      { userId: 'ann', queueId: 'q2', emails: [{ state: 'disconnected' }, { state: 'alerting' }] }
    ];
    expect(readConversations({ entities: [{ id: 'c', participants }] }, 'ann')).toEqual([
      { id: 'c', medium: 'Email', state: 'Alerting', queueId: 'q2', since: undefined }
    ]);
  });

  it('has a word for a medium that it does not know', () => {
    const entities = [{ id: 'c', participants: [{ userId: 'ann', faxes: [{ state: 'connected' }] }] }, { id: 'd' }, 1];
    expect(readConversations({ entities }, 'ann')).toMatchObject([{ medium: 'Conversation', state: 'Unknown' }]);
  });
});
