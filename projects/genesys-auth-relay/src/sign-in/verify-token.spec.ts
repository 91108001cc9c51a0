import { runtimeOf } from '../runtime/runtime.ts';
import { createRateLimit } from '../guard/rate.ts';
import { testClock } from '../testing/clock.ts';
import type { TokenState } from './genesys.ts';
import { createTokenVerifier } from './verify-token.ts';

describe('the verification of tokens', () => {
  /** The states of the tokens, by token; all others are live. */
  const setUp = (states: Record<string, TokenState>) => {
    const clock = testClock();
    const asked: string[] = [];
    const observed: boolean[] = [];
    const limit = createRateLimit(10, clock);
    const tokenState = async (token: string) => {
      asked.push(token);
      await Promise.resolve();
      return states[token] ?? 'live';
    };
    const observer = { tokenVerified: (refused: boolean) => observed.push(refused) };
    const verifier = createTokenVerifier(
      { tokenState },
      (key) => limit.take(key) === 0,
      runtimeOf({ clock, observer })
    );
    const verify = (token: string) => verifier.verify(`limit ${token}`, { token, hash: `hash ${token}` });
    return { clock, asked, observed, verifier, verify };
  };
  const times = <T>(count: number, call: () => Promise<T>) => Promise.all(Array.from({ length: count }, call));

  it('asks once for all who wait, and remembers that a token is dead', async () => {
    const { clock, asked, observed, verifier, verify } = setUp({ dead: 'dead' });
    expect(new Set(await times(200, () => verify('dead')))).toEqual(new Set(['dead']));
    for (let call = 0; call < 200; call += 1) expect(await verify('dead')).toBe('dead');
    expect(asked).toEqual(['dead']);
    expect(observed).toEqual([true]);
    expect(verifier.isDead('hash dead')).toBe(true);
    clock.advance(60_000);
    expect(verifier.isDead('hash dead')).toBe(false);
    expect(await verify('dead')).toBe('dead');
    expect(asked).toHaveLength(2);
  });

  it('does not say that a token is live when the limit is used up', async () => {
    const states: Record<string, TokenState> = {};
    const { clock, asked, observed, verify } = setUp(states);
    const answers = [];
    for (let call = 0; call < 12; call += 1) answers.push(await verify('live'));
    expect(answers).toEqual([...Array<TokenState>(10).fill('live'), 'unknown', 'unknown']);
    expect(observed).toEqual(Array<boolean>(10).fill(false));
    states['live'] = 'dead';
    expect(await verify('live')).toBe('unknown');
    clock.advance(6000);
    expect(await verify('live')).toBe('dead');
    expect(asked).toHaveLength(11);
  });

  it('takes nothing from the limit of another token', async () => {
    const { verify } = setUp({ victim: 'dead' });
    for (let call = 0; call < 30; call += 1) await verify('attacker');
    expect(await times(12, () => verify('victim'))).toEqual(Array(12).fill('dead'));
  });

  it('does not remember that Genesys Cloud did not say', async () => {
    const states: Record<string, TokenState> = { token: 'unknown' };
    const { observed, verify } = setUp(states);
    expect(await verify('token')).toBe('unknown');
    states['token'] = 'dead';
    expect(await verify('token')).toBe('dead');
    expect(observed).toEqual([true]);
  });
});
