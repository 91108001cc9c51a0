import fc from 'fast-check';
import { tupleHash } from './cache-key.ts';
import { expiresIn, lifetimeOf, lifetimeSeconds } from './lifetime.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });

describe('the lifetime of a token', () => {
  it('T1 T2 always runs start, refreshAt, issueUntil, expires', () => {
    const seconds = fc.double({ min: 0.001, max: 172_800, noNaN: true });
    fc.assert(
      fc.property(fc.nat(), seconds, unit, (start, life, random) => {
        const { refreshAt, issueUntil, expires } = lifetimeOf(start, life, random);
        return start <= refreshAt && refreshAt < issueUntil && issueUntil < expires;
      })
    );
  });

  it.each([
    [86_400, 84_672],
    [300, 294],
    [200, 195],
    [30, 27],
    [10, 9]
  ])('T1 of %i s ends at %i s', (seconds, usable) => {
    expect(lifetimeOf(0, seconds, 0).issueUntil).toBe(usable * 1000);
  });

  it('O7 is a finite number of seconds above zero, whatever the answer says', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const seconds = lifetimeSeconds(value);
        return seconds > 0 && seconds <= 172_800;
      })
    );
  });

  it('T8 is reported to callers as less than the remaining time, at least a second, and the same to the same caller', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 172_800_000, noNaN: true }), unit, (left, share) => {
        const told = expiresIn(left, share);
        expect(Number.isInteger(told)).toBe(true);
        expect(told).toBeGreaterThanOrEqual(1);
        expect(told).toBeLessThanOrEqual(Math.max(1, left / 1000));
        expect(told).toBeGreaterThanOrEqual(Math.floor((left * 0.9) / 1000));
      })
    );
  });
});

describe('the cache key', () => {
  it('F4 is different for different tuples, however their parts are cut', () => {
    const parts = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => (tupleHash(a) === tupleHash(b)) === (JSON.stringify(a) === JSON.stringify(b)))
    );
    expect(tupleHash(['a', 'b'])).not.toBe(tupleHash(['a b']));
    expect(tupleHash(['ab', ''])).not.toBe(tupleHash(['a', 'b']));
  });
});
