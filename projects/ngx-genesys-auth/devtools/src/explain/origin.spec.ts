import { whyOtherOrigin } from './origin';
import type { Api } from './verdict';

const EMEA: Api = { name: undefined, apiOrigin: 'https://api.mypurecloud.de', relayUrl: '/genesys' };
const SANDBOX: Api = { name: 'sandbox', apiOrigin: 'http://localhost:4211', relayUrl: '/sandbox' };
const PAGE = 'https://app.example.com/board';

describe('whyOtherOrigin()', () => {
  it.each([
    ['http://api.mypurecloud.de/api/v2/users', 'odd', 'other scheme'],
    ['https://api.mypurecloud.de:8443/api/v2/users', 'odd', 'other port'],
    ['HTTPS://api.mypurecloud.de/api/v2/users', 'odd', 'other spelling'],
    ['https://api.mypurecloud.de:443/api/v2/users', 'odd', 'other spelling'],
    ['//api.mypurecloud.de/api/v2/users', 'odd', 'other spelling'],
    ['https://jane:secret@api.mypurecloud.de/api/v2/users', 'odd', 'other spelling'],
    ['https://api.mypurecloud.com/api/v2/users', 'odd', 'other region'],
    ['https://api.mypurecloud.de.evil.example/api/v2/users', 'odd', 'look-alike'],
    ['https://login.mypurecloud.de/oauth/token', 'plain', 'not the API'],
    ['https://apps.mypurecloud.com/', 'plain', 'not the API'],
    ['https://crm.example.com/customers', 'plain', 'other origin'],
    ['/assets/strings.json', 'plain', 'relative URL'],
    ['data:text/plain,hello', 'plain', 'other origin'],
    ['https://[', 'odd', 'no URL']
  ])('%s: %s, %s', (url, level, rule) => {
    expect(whyOtherOrigin(url, PAGE, [EMEA])).toMatchObject({ level, rule });
  });

  it('says which region and what to do', () => {
    expect(whyOtherOrigin('https://api.mypurecloud.com/api/v2/users', PAGE, [EMEA])).toEqual({
      level: 'odd',
      rule: 'other region',
      reason:
        'https://api.mypurecloud.com is the API of the region mypurecloud.com; the configuration is for https://api.mypurecloud.de.',
      hint: 'Call https://api.mypurecloud.de, or add a second configuration with a name for mypurecloud.com.'
    });
  });

  it('never repeats what stands before the host', () => {
    for (const host of ['api.mypurecloud.de', 'crm.example.com', 'api.mypurecloud.com']) {
      expect(JSON.stringify(whyOtherOrigin(`https://jane:secret@${host}/x`, PAGE, [EMEA]))).not.toMatch(/jane|secret/);
    }
  });

  it('finds the nearest of several configurations, and names all where none is near', () => {
    const apis = [EMEA, SANDBOX];
    expect(whyOtherOrigin('https://localhost:4211/api/v2/users', PAGE, apis)).toMatchObject({ rule: 'other scheme' });
    expect(whyOtherOrigin('https://crm.example.com/', PAGE, apis).reason).toBe(
      'https://crm.example.com is not https://api.mypurecloud.de or http://localhost:4211.'
    );
  });

  it('knows a relative URL for the API where the page itself is on its origin', () => {
    expect(whyOtherOrigin('/api/v2/users', 'https://api.mypurecloud.de/', [EMEA])).toMatchObject({
      rule: 'other spelling',
      reason: expect.stringContaining('a relative URL') as unknown
    });
  });
});
