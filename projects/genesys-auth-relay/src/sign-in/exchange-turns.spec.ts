import { testClock } from '../testing/clock.ts';
import { createExchangeTurns } from './exchange-turns.ts';

const OFFICE = '203.0.113.1';
const HOME = '203.0.113.2';

describe('the turns of code exchanges', () => {
  const setUp = () => {
    const clock = testClock();
    const { take, codeRefused } = createExchangeTurns(clock);
    return { clock, turns: { take: (address: string) => take(address, 200), codeRefused } };
  };
  const times = (count: number, take: () => Promise<void>) => Promise.all(Array.from({ length: count }, take));

  it('come at once for 200 users of one address while no other address signs in', async () => {
    const { clock, turns } = setUp();
    await times(200, () => turns.take(OFFICE));
    expect(clock.sleeps).toEqual([]);
    await expect(turns.take(OFFICE)).rejects.toMatchObject({ code: 'api_budget_spent' });
  });

  it('come at once for 600 users of one address who sign in evenly over 3 minutes', async () => {
    const { clock, turns } = setUp();
    for (let user = 0; user < 600; user++) {
      await turns.take(OFFICE);
      clock.advance(300);
    }
    expect(clock.sleeps).toEqual([]);
  });

  it('come to each address in turn when several wait', async () => {
    const { clock, turns } = setUp();
    await times(200, () => turns.take(OFFICE));
    clock.advance(45_000);
    const order: string[] = [];
    const take = async (address: string) => {
      await turns.take(address);
      order.push(address);
    };
    await Promise.all([...Array.from({ length: 100 }, () => take(OFFICE)), take(HOME)]);
    expect(clock.monotonic()).toBe(60_000);
    expect(order.indexOf(HOME)).toBeLessThanOrEqual(1);
  });

  it('stay free for others when an address sends made-up codes, until it has sent none for ten minutes', async () => {
    const { clock, turns } = setUp();
    const sendMadeUp = async () => {
      await turns.take(OFFICE);
      turns.codeRefused(OFFICE);
    };
    // Twenty refused codes may be mistakes.
    await times(21, sendMadeUp);
    clock.advance(60_000);
    const inOneMinute = Array.from({ length: 200 }, () => turns.take(OFFICE));
    await expect(Promise.all(inOneMinute.slice(0, 100))).resolves.toHaveLength(100);
    await times(50, () => turns.take(HOME));
    await Promise.allSettled(inOneMinute);
    clock.advance(600_000);
    await times(200, () => turns.take(OFFICE));
  });
});
