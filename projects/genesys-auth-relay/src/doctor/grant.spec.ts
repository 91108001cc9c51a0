import { type Mistake, diagnose, startOdd } from '../../test/doctor.ts';

describe('doctor, if the granted scopes are not the requested ones', () => {
  const granting = async (more: object, status = 200, mistake: Mistake = {}) => {
    const odd = await startOdd((request, response) => {
      if (request.method === 'GET') response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"me"}');
      else
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify({ access_token: 'TOKEN-0123456789', token_type: 'bearer', expires_in: 60, ...more }));
    });
    const found = await diagnose({ ...mistake, genesys: { ...odd.genesys, ...mistake.genesys } }, {});
    await odd.close();
    expect(found.printed).not.toContain('TOKEN-0123');
    return found;
  };
  const scopes = ['analytics:readonly', 'routing'];

  it.each([
    ['exactly', 'routing analytics:readonly'],
    ['with more than the readonly part', 'routing analytics'],
    ['without naming scopes', undefined]
  ])('has nothing to say of a grant that fits %s', async (_how, scope) => {
    const { findings } = await granting({ scope }, 200, { scopes });
    expect(findings.filter(({ cause }) => cause === 'grant_too_narrow')).toEqual([]);
  });

  it.each([
    ['narrower', 'routing', /lacks analytics:readonly\b/],
    ['empty', '', /lacks analytics:readonly, routing/],
    ['separated by commas', 'routing,analytics:readonly', /lacks analytics:readonly, routing/],
    ['another', 'users', /lacks analytics:readonly, routing/]
  ])('names a grant that is %s', async (_how, scope, words) => {
    const found = await granting({ scope }, 200, { scopes });
    expect(found).toMatchObject({ causes: ['grant_too_narrow'], exitCode: 14, healthy: false });
    expect(found.findings[0]?.message).toMatch(words);
  });

  it('warns of a grant that is wider', async () => {
    const found = await granting({ scope: 'routing analytics:readonly users telephony' }, 200, { scopes });
    expect(found).toMatchObject({ healthy: true });
    expect(found.printed).toMatch(/warning grant_too_wide: .*telephony, users/);
  });

  it('compares a grant with the scopes that the relay needs if the request names none', async () => {
    const genesys = { sendScope: false };
    expect((await granting({ scope: 'users' }, 200, { scopes, genesys })).causes).toEqual(['grant_too_narrow']);
    expect((await granting({ scope: '' }, 200, { scopes, genesys })).findings).toEqual([]);
  });

  it('shows no scope that repeats the token', async () => {
    const { printed } = await granting({ scope: 'routing TOKEN-0123456789' });
    expect(printed).toContain('warning grant_too_wide');
  });

  it.each([
    ['with a token', { error_description: 'no TOKEN-0123456789' }],
    ['without one', { access_token: undefined }]
  ])('names an error in an answer with status 200, %s', async (_what, more) => {
    const found = await granting({ error: 'invalid_client', ...more });
    expect(found).toMatchObject({ causes: ['error_in_success'], exitCode: 11 });
    expect(found.findings[0]?.message).toMatch(/HTTP 200 with an error/);
    expect(found.printed).toContain('invalid_client');
  });

  it.each([[null], ['']])('takes no notice of an error member that is %j', async (error) => {
    expect((await granting({ error })).findings).toEqual([]);
  });
});
