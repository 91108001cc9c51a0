import { faultOf, fuzz } from './fuzz.ts';

// `npm run soak -- fuzz` asks for more, and for others each time; FUZZ_SEED brings those of a run back.
const COUNT = Number(process.env['FUZZ_REQUESTS'] ?? 3000);
const SEED = Number(process.env['FUZZ_SEED'] ?? (COUNT > 3000 ? Date.now() % 1e9 : 20_261_125));

describe('random requests', () => {
  it(
    'F9 cause no crash and no fault, and reveal no secret of the relay',
    async () => {
      const { faults, statuses } = await fuzz(COUNT, SEED);
      expect({ seed: SEED, faults }).toEqual({ seed: SEED, faults: [] });
      // The requests must also pass the first checks.
      expect(Object.keys(statuses)).toEqual(
        expect.arrayContaining(['200', '400', '401', '403', '404', '405', '413', '415', '431'])
      );
    },
    120_000 + COUNT * 20
  );

  it('would show what must not be', () => {
    const head = 'HTTP/1.1 400 Bad Request\r\ncache-control: no-store';
    const problem = JSON.stringify({ code: 'invalid_request', status: 400, detail: 'x' });
    const judge = (answer: { status?: number; head?: string; body?: string }) =>
      faultOf({ status: 400, head, body: problem, ...answer }, ['CANARY'], 'TOKEN');
    expect(judge({})).toBeUndefined();
    expect(judge({ body: `${problem} CANARY` })).toMatch(/secret/);
    expect(judge({ head: `${head}\r\nx: CANARY` })).toMatch(/secret/);
    expect(judge({ body: '"TOKEN"' })).toMatch(/token in a refusal/);
    expect(judge({ status: 200, body: '{"access_token":"TOKEN"}' })).toBeUndefined();
    expect(judge({ status: 500 })).toMatch(/status 500/);
    expect(judge({ head: 'HTTP/1.1 400' })).toMatch(/no-store/);
    expect(judge({ head: `${head}\r\nSet-Cookie: a` })).toMatch(/too many/);
    expect(judge({ body: '{"code":"nope"}' })).toMatch(/without a problem body/);
  });
});
