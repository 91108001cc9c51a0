import { readAgentStatus, readMembers } from './agent';

describe('readMembers', () => {
  it('reads id, name and status of each agent', () => {
    const entities = [
      { id: 'a1', name: 'Ann', user: { id: 'a1' }, routingStatus: { status: 'OFF_QUEUE' } },
      { id: 'm2', user: { id: 'a2', name: 'Ben' }, routingStatus: { status: 'IDLE' } }
    ];
    expect(readMembers({ entities })).toEqual([
      { id: 'a1', name: 'Ann', status: 'Off queue' },
      { id: 'a2', name: 'Ben', status: 'Idle' }
    ]);
  });

  it('leaves out members without a name, and takes anything else for no agents', () => {
    expect(readMembers({ entities: [{ id: 'a1' }, null, { id: 'a2', name: 'Ben' }] })).toEqual([
      { id: 'a2', name: 'Ben', status: 'Unknown' }
    ]);
    expect(readMembers('<html>')).toEqual([]);
  });
});

describe('readAgentStatus', () => {
  it('reads the status and when it began', () => {
    expect(readAgentStatus({ status: 'INTERACTING', startTime: '2026-11-23T12:00:00Z' })).toEqual({
      status: 'Interacting',
      since: Date.parse('2026-11-23T12:00:00Z')
    });
    expect(readAgentStatus(null)).toEqual({ status: 'Unknown', since: undefined });
  });
});
