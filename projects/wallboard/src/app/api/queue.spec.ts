import { QUEUE_PAGE } from '../../testing/answers';
import { DEFAULT_TARGET, readQueuePage } from './queue';

describe('readQueuePage', () => {
  it('reads queues, their members and their target', () => {
    expect(readQueuePage(QUEUE_PAGE)).toEqual({
      queues: [
        { id: 'q1', name: 'Claims', members: 9, target: { ratio: 0.9, withinMs: 30_000 } },
        { id: 'q2', name: 'Billing', members: 4, target: DEFAULT_TARGET }
      ],
      pageNumber: 1,
      pageCount: 1
    });
  });

  it('takes the target of another medium when there is none for calls', () => {
    const mediaSettings = { call: {}, chat: { serviceLevel: { percentage: 0.7, durationMs: 60_000 } } };
    const page = readQueuePage({ entities: [{ id: 'q', name: 'Chat', mediaSettings }] });
    expect(page.queues[0]?.target).toEqual({ ratio: 0.7, withinMs: 60_000 });
  });

  it.each([{ percentage: 80, durationMs: 20_000 }, { percentage: 0.8, durationMs: 0 }, { percentage: '0.8' }, null])(
    'does not believe the target %j',
    (serviceLevel) => {
      const page = readQueuePage({ entities: [{ id: 'q', name: 'Q', mediaSettings: { call: { serviceLevel } } }] });
      expect(page.queues[0]?.target).toEqual(DEFAULT_TARGET);
    }
  );

  it('leaves out what has no id or no name', () => {
    expect(readQueuePage({ entities: [{ id: 'q' }, { name: 'Q' }, null, 'Q', { id: '', name: '' }] }).queues).toEqual(
      []
    );
  });

  it('reads an empty page from what is no page', () => {
    expect(readQueuePage(undefined)).toEqual({ queues: [], pageNumber: 0, pageCount: 0 });
  });
});
