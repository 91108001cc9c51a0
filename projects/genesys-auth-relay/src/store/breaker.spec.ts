import { testClock } from '../testing/clock.ts';
import { PAUSE_MS, createBreaker } from './breaker.ts';

describe('the breaker before a store', () => {
  const failing = () => Promise.reject(new Error('away'));

  it('lets one command try after the pause, and the others go without the store until it has answered', async () => {
    const clock = testClock();
    const states: string[] = [];
    const breaker = createBreaker(clock, (state) => states.push(state));
    await breaker.run(failing);
    clock.advance(PAUSE_MS);
    let answer: (value: string) => void = () => undefined;
    let tries = 0;
    const command = () => {
      tries += 1;
      return new Promise<string>((resolve) => {
        answer = resolve;
      });
    };
    const first = breaker.run(command);
    const others = [1, 2].map(() => breaker.run(() => Promise.resolve('too early')));
    expect(await Promise.all(others)).toEqual([undefined, undefined]);
    expect(tries).toBe(1);
    answer('here');
    expect(await first).toBe('here');
    expect(states).toEqual(['degraded', 'recovered']);
    const next = breaker.run(command);
    answer('here');
    expect(await next).toBe('here');
  });

  it('lets the next one try a pause later, when the try fails or does not end', async () => {
    const clock = testClock();
    const breaker = createBreaker(clock, () => undefined);
    await breaker.run(failing);
    clock.advance(PAUSE_MS);
    void breaker.run(() => new Promise(() => undefined));
    expect(await breaker.run(() => Promise.resolve('too early'))).toBeUndefined();
    clock.advance(PAUSE_MS);
    expect(await breaker.run(() => Promise.resolve('here'))).toBe('here');
  });

  it('lets many commands run at the same time while the store answers', async () => {
    const breaker = createBreaker(testClock(), () => undefined);
    expect(await Promise.all(['a', 'b'].map((text) => breaker.run(() => Promise.resolve(text))))).toEqual(['a', 'b']);
  });
});
