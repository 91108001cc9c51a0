import { ng } from '../support/angular-cli.ts';

// What a team does that tests with the Angular CLI's own runner, against the built library.
it('ngx-genesys-auth/testing works with vitest', async () => {
  const output = await ng('test', 'e2e-vitest');
  expect(output).toMatch(/Tests\s+8 passed \(8\)/);
});
