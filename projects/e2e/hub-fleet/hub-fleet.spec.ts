import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { findRedis } from '../../../scripts/lib/tools.cjs';

/** Runs relays, a sandbox and Redis with some faults; the run itself judges what the boards received (checker.mjs). */
function runFleet(args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(__dirname, 'run.mjs'), ...args], { timeout: 290_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` });
    });
  });
}

// Without a Redis `npm test` ends with a loud "NOT RUN". The long form is `npm run soak -- hub-fleet`.
(findRedis() === undefined ? describe.skip : describe)(
  'events reach every board of a fleet, or are reported as a gap',
  () => {
    it.concurrent.each<[string, string, number, string[]]>([
      ['F18 when one relay loses its subscription, or its publisher', 'single', 2, ['cut-subscriber', 'cut-publisher']],
      ['F18 when one of its connections is half-open', 'single', 2, ['hang-subscriber', 'hang-publisher']],
      ['F18 when the leader is frozen for 7 s', 'single', 3, ['freeze-leader']],
      ['F18 when a follower is frozen for 7 s', 'single', 2, ['freeze-follower']],
      ['F18 when the leader is killed', 'single', 3, ['kill-leader']],
      ['F18 when Redis loses its data, or takes the channels away', 'single', 2, ['flush', 'revoke-channels']],
      ['F18 when Sentinel replaces the master', 'sentinel', 2, ['fail-over']],
      ['F18 when a node of a cluster is killed, or ends subscriptions', 'cluster', 2, ['kill-redis', 'cut-subscriber']]
    ])(
      '%s',
      async (_what, redis, relays, faults) => {
        const args = ['--redis', redis, '--relays', String(relays), '--hold', '7'];
        const { code, output } = await runFleet([...args, ...faults.flatMap((name) => ['--fault', name])]);
        expect(output).not.toContain('NOT AS IT MUST BE');
        expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('"received"') });
      },
      300_000
    );
  }
);
