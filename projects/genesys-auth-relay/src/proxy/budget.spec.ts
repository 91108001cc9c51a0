import { testClock } from '../testing/clock.ts';
import { createBudget } from './budget.ts';

const never = new AbortController();
/** What a refused turn throws. */
const problem = (details: object = {}) =>
  expect.objectContaining({ code: 'api_budget_spent', details: expect.objectContaining(details) as object }) as Error;

const turns = async () => {
  for (let index = 0; index < 50; index++) await Promise.resolve();
};

/** A clock whose sleepers wake when the test moves it. */
function steppedClock() {
  const sleepers: { at: number; wake: () => void }[] = [];
  const clock = testClock();
  return {
    ...clock,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleepers.push({ at: clock.monotonic() + ms, wake: resolve });
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      }),
    step: async (ms: number) => {
      clock.advance(ms);
      for (const one of sleepers.splice(0)) {
        if (one.at <= clock.monotonic()) one.wake();
        else sleepers.push(one);
      }
      await turns();
    }
  };
}

describe('B16 the budget of a token', () => {
  it('lets no more than its number through in any 60 seconds', () => {
    const clock = testClock();
    const budget = createBudget(() => ({ requestsPerMinute: 10, queueLength: 0, queueWaitMs: 0 }), clock);
    const sent: number[] = [];
    for (let ms = 0; ms < 200_000; ms += 500) {
      for (const caller of ['a', 'b', 'c']) {
        try {
          if (budget.take(caller, never) === undefined) sent.push(clock.monotonic());
        } catch (error) {
          expect(error).toMatchObject({ code: 'api_budget_spent', status: 429 });
        }
      }
      clock.advance(500);
    }
    for (const start of sent) {
      expect(sent.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(10);
    }
    expect(sent.length).toBeGreaterThanOrEqual(30);
  });

  it('says when the next request can go', () => {
    const clock = testClock();
    const budget = createBudget(() => ({ requestsPerMinute: 1, queueLength: 10, queueWaitMs: 5000 }), clock);
    expect(budget.take('a', never)).toBeUndefined();
    clock.advance(20_000);
    expect(() => budget.take('a', never)).toThrow(problem({ retryAfterSeconds: 40 }));
  });

  describe('shared by one caller that floods and others within their share', () => {
    const MINUTE = { requestsPerMinute: 60, queueLength: 0, queueWaitMs: 0 };

    /**
     * Lets one caller ask 30 times a second for 130 s. The others ask evenly, as often as their share allows.
     *
     * @param others how many there are
     * @param from second at which they begin
     * @param greedyFrom second at which the one that floods begins
     */
    function flood(others: number, from: number, greedyFrom = 0) {
      const clock = testClock();
      const budget = createBudget(() => MINUTE, clock);
      const served = new Map<string, number>();
      const asked = new Map<string, number>();
      const ask = (caller: string): void => {
        asked.set(caller, (asked.get(caller) ?? 0) + 1);
        try {
          if (budget.take(caller, never) === undefined) served.set(caller, (served.get(caller) ?? 0) + 1);
        } catch (error) {
          expect(error).toMatchObject({ code: 'api_budget_spent' });
        }
      };
      for (let second = 0; second < 130; second++) {
        for (let index = 0; index < 30 && second >= greedyFrom; index++) ask('greedy');
        for (let other = 0; other < others; other++) {
          if (second >= from && (second - from - other) % (others + 1) === 0) ask(`other-${other}`);
        }
        clock.advance(1000);
      }
      const all = [...served.values()].reduce((sum, count) => sum + count, 0);
      const parts = Array.from({ length: others }, (_, other) => {
        const name = `other-${other}`;
        return (served.get(name) ?? 0) / (asked.get(name) ?? 0);
      });
      return { parts, all };
    }

    it.each([0, 1, 10, 30, 45, 61])('serves another that begins after %i s', (from) => {
      const { parts, all } = flood(1, from);
      expect(parts[0]).toBeGreaterThanOrEqual(0.9);
      // What is left goes to the one that floods.
      expect(all).toBeGreaterThanOrEqual(110);
    });

    it('serves three others that were there before it', () => {
      const { parts } = flood(3, 0, 4);
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(0.9);
    });

    it('lets one that is alone use nine tenths, half of them at once', () => {
      const clock = testClock();
      const budget = createBudget(() => MINUTE, clock);
      const takeAll = (): number => {
        for (let taken = 0; ; taken++) {
          try {
            expect(budget.take('alone', never)).toBeUndefined();
          } catch (error) {
            expect(error).toMatchObject({ code: 'api_budget_spent' });
            return taken;
          }
        }
      };
      expect(takeAll()).toBe(30);
      let more = 0;
      for (let second = 1; second < 60; second++) {
        clock.advance(1000);
        more += takeAll();
      }
      expect(30 + more).toBe(54);
    });

    it('says when the next request of one that floods can go', () => {
      const clock = testClock();
      const budget = createBudget(() => MINUTE, clock);
      for (let index = 0; index < 30; index++) void budget.take('alone', never);
      expect(() => budget.take('alone', never)).toThrow(problem({ retryAfterSeconds: 2 }));
      clock.advance(2000);
      expect(budget.take('alone', never)).toBeUndefined();
    });
  });

  it('reserves a part for callers that have used less than their share', () => {
    const clock = testClock();
    const budget = createBudget(() => ({ requestsPerMinute: 100, queueLength: 0, queueWaitMs: 0 }), clock);
    let greedy = 0;
    for (let ms = 0; ms < 60_000; ms += 100) {
      try {
        for (;;) {
          expect(budget.take('greedy', never)).toBeUndefined();
          greedy += 1;
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'api_budget_spent' });
      }
      clock.advance(100);
    }
    expect(greedy).toBe(90);
    clock.advance(-100);
    for (let index = 0; index < 10; index++) expect(budget.take(`other-${index}`, never)).toBeUndefined();
    expect(() => budget.take('other-11', never)).toThrow();
  });

  it('keeps that part also while somebody waits', async () => {
    const clock = steppedClock();
    const budget = createBudget(() => ({ requestsPerMinute: 10, queueLength: 20, queueWaitMs: 60_000 }), clock);
    for (let index = 0; index < 9; index++) {
      expect(budget.take('greedy', never)).toBeUndefined();
      if (index > 3) await clock.step(12_000);
    }
    // The first five are as old as the window.
    for (let index = 0; index < 5; index++) expect(budget.take('greedy', never)).toBeUndefined();
    const greedy = vi.fn();
    void budget.take('greedy', never)?.then(greedy);
    await clock.step(1000);
    expect(budget.take('modest', never)).toBeUndefined();
    await clock.step(22_000);
    expect(greedy).not.toHaveBeenCalled();
    await clock.step(1000);
    expect(greedy).toHaveBeenCalledTimes(1);
  });

  it('lets whoever has had less go as soon as anything is left, though another waits for longer', async () => {
    const clock = steppedClock();
    const budget = createBudget(() => ({ requestsPerMinute: 10, queueLength: 20, queueWaitMs: 60_000 }), clock);
    for (let index = 0; index < 9; index++) {
      expect(budget.take(index === 0 ? 'early' : index < 5 ? 'other' : 'greedy', never)).toBeUndefined();
      await clock.step(1000);
    }
    const order: string[] = [];
    const wait = (caller: string) => {
      const turn = budget.take(caller, never);
      void turn?.then(() => order.push(caller));
      return turn;
    };
    void wait('greedy');
    expect(wait('modest')).toBeUndefined();
    expect(wait('late')).toBeDefined();
    // The first request of all is 60 s old: one turn, which greedy may not have.
    await clock.step(51_000);
    expect(order).toEqual(['late']);
  });

  it('serves waiting requests in turn by caller, and in order for each caller', async () => {
    const clock = steppedClock();
    const budget = createBudget(() => ({ requestsPerMinute: 10, queueLength: 100, queueWaitMs: 180_000 }), clock);
    for (let index = 0; index < 10; index++) {
      expect(budget.take(index < 5 ? 'greedy' : 'other', never)).toBeUndefined();
      clock.advance(1000);
    }
    const order: string[] = [];
    const wait = (caller: string, name: string) => {
      void budget.take(caller, never)?.then(() => order.push(name));
    };
    for (let index = 0; index < 4; index++) wait('greedy', `greedy-${index}`);
    wait('ann', 'ann-0');
    wait('bob', 'bob-0');
    wait('ann', 'ann-1');
    await turns();
    expect(order).toEqual([]);
    await clock.step(50_000);
    for (let index = 0; index < 120; index++) await clock.step(1000);
    expect(order).toHaveLength(7);
    // Greedy came first with four, but ann and bob each had their turn before its second.
    expect(order.indexOf('ann-0')).toBeLessThan(order.indexOf('greedy-1'));
    expect(order.indexOf('bob-0')).toBeLessThan(order.indexOf('greedy-1'));
    expect(order.indexOf('ann-1')).toBeLessThan(order.indexOf('greedy-3'));
    expect(order.filter((name) => name.startsWith('greedy'))).toEqual(['greedy-0', 'greedy-1', 'greedy-2', 'greedy-3']);
  });

  it('limits the waiting time and the number of waiting requests', async () => {
    const clock = steppedClock();
    const budget = createBudget(() => ({ requestsPerMinute: 2, queueLength: 2, queueWaitMs: 5000 }), clock);
    void budget.take('a', never);
    void budget.take('b', never);
    await clock.step(56_000);
    const waits = [budget.take('a', never), budget.take('b', never)].map(async (turn) => {
      await turn;
    });
    expect(() => budget.take('c', never)).toThrow(problem());
    budget.pause(30_000);
    const ends = Promise.allSettled(waits);
    await clock.step(4000);
    await clock.step(1000);
    expect(await ends).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'api_budget_spent' }) as object },
      { status: 'rejected', reason: expect.objectContaining({ code: 'api_budget_spent' }) as object }
    ]);
  });

  it('removes callers that have disconnected', async () => {
    const clock = steppedClock();
    const budget = createBudget(() => ({ requestsPerMinute: 1, queueLength: 5, queueWaitMs: 60_000 }), clock);
    void budget.take('a', never);
    const gone = new AbortController();
    const first = budget.take('a', gone);
    const second = budget.take('b', never);
    gone.abort();
    await expect(first).rejects.toThrow();
    await clock.step(60_000);
    await clock.step(1);
    await expect(second).resolves.toBeUndefined();
  });

  it('stops for as long as the API says', () => {
    const clock = testClock();
    const budget = createBudget(() => ({ requestsPerMinute: 300, queueLength: 5, queueWaitMs: 1000 }), clock);
    budget.pause(42_000);
    expect(() => budget.take('a', never)).toThrow(problem({ retryAfterSeconds: 42 }));
    clock.advance(42_000);
    expect(budget.take('a', never)).toBeUndefined();
  });
});
