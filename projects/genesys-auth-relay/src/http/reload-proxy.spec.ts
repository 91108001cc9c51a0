import { ask } from '../testing/ask.ts';
import { type ProxySetup, proxyConfig, setUpProxy } from '../testing/proxy-setup.ts';

const QUEUES = '/api/v2/routing/queues';
const ORIGIN = 'https://app.example';
const CORS = { cors: { origins: [ORIGIN] } };

describe('a relay in proxy mode that goes on while its configuration changes', () => {
  let world: ProxySetup;
  beforeEach(async () => {
    world = await setUpProxy({ config: CORS });
  });
  afterEach(() => world.close());

  it('C1 tells pages the headers that it passes on from then on', async () => {
    const allowed = async () => {
      const { headers } = await ask(world.at(QUEUES), {
        method: 'OPTIONS',
        headers: { origin: ORIGIN, 'access-control-request-method': 'GET' }
      });
      return String(headers['access-control-allow-headers']).split(', ');
    };
    expect(await allowed()).not.toContain('x-tenant');
    await world.relay.reload(proxyConfig(world.api, { config: CORS, proxy: { forwardHeaders: ['x-tenant'] } }));
    expect(await allowed()).toContain('x-tenant');
  });
});
