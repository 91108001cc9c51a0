import { fuzzHub } from './hub-fuzz.ts';

// `npm run soak -- hub-fuzz` sends more frames, and other ones each time; FUZZ_SEED repeats a run.
const COUNT = Number(process.env['HUB_FUZZ_FRAMES'] ?? 1500);
const SEED = Number(process.env['FUZZ_SEED'] ?? (COUNT > 1500 ? Date.now() % 1e9 : 20_261_129));

describe('random frames to the notification hub', () => {
  it(
    'F9 are answered or refused, and the hub still serves afterwards',
    async () => {
      const { frames, answers, faults } = await fuzzHub(COUNT, SEED);
      expect({ seed: SEED, frames, faults }).toEqual({ seed: SEED, frames: COUNT, faults: [] });
      // Not every frame may be refused for its form.
      expect(Object.keys(answers)).toEqual(
        expect.arrayContaining(['subscribed', 'unsubscribed', 'pong', 'error', 'event', 'rpc'])
      );
    },
    120_000 + COUNT * 20
  );
});
