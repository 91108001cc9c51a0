import { ng } from '../support/angular-cli.ts';

// What a team does that tests with the Angular CLI's own runner, against the built library.
it('ngx-genesys-auth/testing works with vitest', async () => {
  const output = await ng('test', 'e2e-vitest');
  expect(output).toMatch(/Tests\s+5 passed \(5\)/);
  // A run of a broken spec must not pass: the runner says so by its exit code.
  await expect(ng('test', 'e2e-vitest', '--include', '**/no-such.vitest.ts')).rejects.toThrow(/No tests found/i);
}, 120_000);
