import { createClock } from './clock.ts';

describe('the clock', () => {
  const start = Date.parse('2026-05-01T08:00:00Z');
  let wall: number;
  let ticks: number;
  const make = () => {
    [wall, ticks] = [start, 500];
    return createClock(
      () => wall,
      () => ticks
    );
  };
  const pass = (ms: number) => {
    wall += ms;
    ticks += ms;
  };

  it('counts the time while the machine was suspended, in which the monotonic clock of Linux stands still', () => {
    const clock = make();
    const before = clock.monotonic();
    pass(1000);
    wall += 7_200_000;
    pass(500);
    expect(clock.monotonic() - before).toBe(7_201_500);
    pass(10);
    expect(clock.monotonic() - before).toBe(7_201_510);
  });

  it('never goes back, and does not follow a wall clock that is set back', () => {
    const clock = make();
    const before = clock.monotonic();
    wall -= 3_600_000;
    pass(1000);
    expect(clock.monotonic() - before).toBe(1000);
    expect(clock.now()).toBe(start - 3_599_000);
  });

  it('does not follow a wall clock that is slowly put right', () => {
    const clock = make();
    const before = clock.monotonic();
    for (let minute = 0; minute < 100; minute++) {
      pass(60_000);
      wall += 30;
      clock.monotonic();
    }
    expect(clock.monotonic() - before).toBe(6_000_000);
  });
});
