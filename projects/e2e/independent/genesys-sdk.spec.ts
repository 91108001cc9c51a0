import platformClient from 'purecloud-platform-client-v2';
import { createSandbox, SANDBOX_CLIENT, type Sandbox } from 'genesys-sandbox';

// The official SDK is the judge of whether the sandbox is a Genesys Cloud.
describe('the official Genesys SDK against the sandbox', () => {
  const client = platformClient.ApiClient.instance;
  let sandbox: Sandbox;

  const gateway = (origin: string) => {
    client.setGateway({ host: '127.0.0.1', protocol: 'http', port: Number(new URL(origin).port) });
  };

  beforeAll(async () => {
    // The SDK watches a file in the user's home; the watcher would outlive the test.
    client.config.live_reload_config = false;
    sandbox = await createSandbox();
  });
  afterAll(() => sandbox.close());
  beforeEach(() => {
    gateway(sandbox.apiOrigin);
  });

  it('logs in, pages through all queues, and runs the observations query', async () => {
    await client.loginClientCredentialsGrant(SANDBOX_CLIENT.id, SANDBOX_CLIENT.secret);
    const routing = new platformClient.RoutingApi();
    const names: string[] = [];
    const ids: string[] = [];
    let pages = 1;
    for (let pageNumber = 1; pageNumber <= pages; pageNumber++) {
      const page = await routing.getRoutingQueues({ pageSize: 3, pageNumber });
      pages = page.pageCount ?? 0;
      for (const queue of page.entities ?? []) {
        names.push(queue.name ?? '');
        ids.push(queue.id ?? '');
      }
      expect(page.total).toBeGreaterThanOrEqual(names.length);
    }
    expect(pages).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(names.length);
    expect([...names].sort((a, b) => a.localeCompare(b))).toEqual(names);

    const answer = await new platformClient.AnalyticsApi().postAnalyticsQueuesObservationsQuery({
      filter: {
        type: 'or',
        predicates: ids.map((value) => ({ type: 'dimension', dimension: 'queueId', operator: 'matches', value }))
      },
      metrics: ['oWaiting', 'oInteracting', 'oOnQueueUsers']
    });
    const queues = new Set(
      (answer.results ?? []).map((result: { group?: Record<string, string> }) => result.group?.['queueId'])
    );
    expect(queues).toEqual(new Set(ids));
  });

  it('gets the errors of Genesys Cloud: unknown client 400, wrong secret 401', async () => {
    // The SDK hands over the error of its HTTP client, which holds the response.
    await expect(client.loginClientCredentialsGrant('00000000-0000-4000-8000-000000000000', 'x')).rejects.toMatchObject(
      {
        response: { status: 400, data: { error: 'invalid_client', description: 'client not found' } }
      }
    );
    await expect(client.loginClientCredentialsGrant(SANDBOX_CLIENT.id, 'wrong')).rejects.toMatchObject({
      response: { status: 401, data: { error: 'invalid_client', description: 'authentication failed' } }
    });
  });

  it('gets a Genesys error body with a correlation id for a revoked token and for a bad query', async () => {
    await client.loginClientCredentialsGrant(SANDBOX_CLIENT.id, SANDBOX_CLIENT.secret);
    await expect(
      new platformClient.AnalyticsApi().postAnalyticsQueuesObservationsQuery({
        filter: { type: 'or', predicates: [] },
        metrics: ['oNonsense']
      })
    ).rejects.toMatchObject({ status: 400, contextId: expect.stringMatching(/.+/) });

    sandbox.revokeTokens();
    await expect(new platformClient.RoutingApi().getRoutingQueues()).rejects.toMatchObject({
      status: 401,
      code: 'bad.credentials'
    });
  });
});
