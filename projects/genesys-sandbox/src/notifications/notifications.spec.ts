import { ApiClient, type FakeClock, closeAll, start } from '../../test/harness.ts';
import { Listener, channelOf, hangUp } from '../../test/streaming.ts';
import { type Sandbox, type SandboxOptions, SANDBOX_CLIENT } from '../index.ts';

afterEach(hangUp);
afterEach(closeAll);

const CHANNELS = '/api/v2/notifications/channels';
const HOUR = 3_600_000;
const USER = 'v2.users.e40f28ea-fa86-493f-a5b8-d559c8533c96';

async function open(options: SandboxOptions = {}): Promise<{ sandbox: Sandbox; clock: FakeClock; api: ApiClient }> {
  const { sandbox, clock } = await start({ rateLimit: { requestsPerMinute: false }, ...options });
  return { sandbox, clock, api: await ApiClient.of(sandbox) };
}

const topics = (...ids: string[]): { id: string }[] => ids.map((id) => ({ id }));
const status = (listener: Promise<Listener>): Promise<string> =>
  listener.then(
    () => 'connected',
    (error: unknown) => String(error)
  );

describe('channels', () => {
  it('are made, listed and verified; the URI stands on the API host', async () => {
    const { sandbox, clock, api } = await open();
    const channel = await channelOf(api);
    expect(channel.connectUri).toBe(`${sandbox.apiOrigin.replace('http', 'ws')}/channels/${channel.id}`);
    expect(Date.parse(channel.expires)).toBe(clock.now() + 24 * HOUR);
    expect((await api.get(CHANNELS)).body.entities.map(({ id }) => id)).toEqual([channel.id]);
    expect((await api.get(`${CHANNELS}/${channel.id}`, 'HEAD')).status).toBe(200);
    expect((await api.get(`${CHANNELS}/streaming-0-x`, 'HEAD')).status).toBe(404);
    expect((await api.get(`${CHANNELS}/${channel.id}`, 'DELETE')).status).toBe(200);
    expect((await api.get(`${CHANNELS}/${channel.id}`, 'HEAD')).status).toBe(404);
  });

  it('of other tokens are counted, not named; of other clients they do not exist', async () => {
    const other = { id: 'other', secret: 's' };
    const { sandbox, api } = await open({ clients: [SANDBOX_CLIENT, other] });
    const { id } = await channelOf(api);
    const sibling = await ApiClient.of(sandbox);
    expect((await sibling.get(CHANNELS)).body.entities).toEqual([]);
    expect((await sibling.get(`${CHANNELS}?includechannels=oauthclient`)).body.entities).toEqual([{ id: '' }]);
    expect((await sibling.get(`${CHANNELS}/${id}/subscriptions`)).status).toBe(200);
    const stranger = await ApiClient.of(sandbox, other);
    expect((await stranger.get(`${CHANNELS}/${id}/subscriptions`)).status).toBe(404);
    expect((await api.get(`${CHANNELS}?includechannels=all`)).status).toBe(400);
  });

  it('are 20 at most: the one used the longest ago goes, idle ones before those in use', async () => {
    const { sandbox, clock, api } = await open();
    const channels: { id: string; connectUri: string }[] = [];
    for (let n = 0; n < 20; n++) {
      channels.push(await channelOf(api));
      clock.pass(1000);
    }
    await Listener.to(channels[0]?.connectUri ?? '');
    await api.post(`${CHANNELS}/${channels[1]?.id ?? ''}/subscriptions`, topics(`${USER}.presence`));
    await channelOf(api);
    const left = sandbox.channels.map(({ id }) => id);
    expect(left).toHaveLength(20);
    expect(channels.map(({ id }) => left.includes(id)).indexOf(false)).toBe(2);
  });

  it('live 24 hours, and another 24 from each time their subscriptions are written', async () => {
    const { clock, api } = await open({
      clients: [{ ...SANDBOX_CLIENT, accessTokenValiditySeconds: 172_800 }]
    });
    const { id, connectUri } = await channelOf(api);
    const listener = await Listener.to(connectUri);
    clock.pass(23 * HOUR);
    await api.post(`${CHANNELS}/${id}/subscriptions`, topics(`${USER}.presence`), 'PUT');
    clock.pass(23 * HOUR);
    expect((await api.get(`${CHANNELS}/${id}`, 'HEAD')).status).toBe(200);
    clock.pass(HOUR);
    await listener.until(({ closed }) => closed !== undefined);
    expect((await api.get(`${CHANNELS}/${id}`, 'HEAD')).status).toBe(404);
    expect(await status(Listener.to(connectUri))).toContain('401');
  });

  it('die with the token that made them: closed when it expires, told when it is revoked', async () => {
    const { sandbox, clock, api } = await open();
    const first = await Listener.to((await channelOf(api)).connectUri);
    clock.pass(24 * HOUR - 1000);
    await first.until(({ frames }) => frames.length > 0);
    expect(first.closed).toBeUndefined();
    clock.pass(1000);
    await first.until(({ closed }) => closed !== undefined);
    expect(first.of('v2.system')).toEqual([]);
    const second = await Listener.to((await channelOf(await ApiClient.of(sandbox))).connectUri);
    sandbox.revokeTokens();
    await second.until(({ closed }) => closed !== undefined);
    expect(second.of('v2.system.token_revoked')).toMatchObject([{ eventBody: { reason: 'user_tokens_revoked' } }]);
    expect(sandbox.channels).toEqual([]);
  });
});

describe('subscriptions', () => {
  it('are added, listed, replaced and cleared', async () => {
    const { api } = await open();
    const { id } = await channelOf(api);
    const path = `${CHANNELS}/${id}/subscriptions`;
    const ids = async (): Promise<string[]> => (await api.get(path)).body.entities.map((entity) => entity.id);
    await api.post(path, topics(`${USER}.presence`));
    await api.post(path, topics(`${USER}.routingStatus`, `${USER}.PRESENCE`));
    expect(await ids()).toEqual([`${USER}.PRESENCE`, `${USER}.routingStatus`]);
    const replaced = await api.post(path, topics(`${USER}.activity`), 'PUT');
    expect(replaced.body.entities).toMatchObject([
      { id: `${USER}.activity`, state: 'Permitted', missingPermissions: [] }
    ]);
    expect((await api.get(path, 'DELETE')).status).toBe(200);
    expect(await ids()).toEqual([]);
  });

  it('are refused all together: a topic that does not exist, too long, or one too many', async () => {
    const { api } = await open();
    const { id } = await channelOf(api);
    const path = `${CHANNELS}/${id}/subscriptions`;
    const thousand = Array.from({ length: 1000 }, (_, n) => `v2.users.u${n}.presence`);
    expect((await api.post(path, topics(...thousand))).body.entities).toHaveLength(1000);
    expect((await api.post(path, topics(...thousand.slice(0, 9)))).status).toBe(200);
    const codes = async (...bad: string[]): Promise<string> => (await api.post(path, topics(...bad))).body.code;
    expect(await codes(`${USER}.station`)).toBe('notification.subscription.too.many.subscriptions');
    expect(await codes('v2.users.a.nonsense')).toBe('notification.invalid.topic');
    expect(await codes('v2.users.a.presence', 'users.a')).toBe('notification.invalid.topic');
    expect(await codes(`v2.users.${'a'.repeat(200)}.presence`)).toBe('notification.invalid.topic');
    expect((await api.post(path, { id: 'x' })).status).toBe(400);
    expect((await api.post(path, [{}])).body.code).toBe('constraint.validation');
    expect((await api.get(path)).body.entities).toHaveLength(1000);
  });

  it('to a combined topic count as one, and bring events under the expanded names', async () => {
    const { sandbox, api } = await open();
    const { connectUri, id } = await channelOf(api, `${USER.toUpperCase()}?presence&routingStatus&station`);
    const listener = await Listener.to(connectUri);
    sandbox.publish(`${USER}.routingstatus`, { n: 1 });
    sandbox.publish(`${USER}.station`, { n: 2 }, 'c-2');
    sandbox.publish(`${USER}.voicemail.messages`, { n: 3 });
    await listener.settle();
    expect(listener.of('v2.')).toMatchObject([
      { topicName: `${USER}.routingStatus`, version: '2', eventBody: { n: 1 } },
      { topicName: `${USER}.station`, eventBody: { n: 2 }, metadata: { CorrelationId: 'c-2' } }
    ]);
    expect((await api.get(`${CHANNELS}/${id}/subscriptions`)).body.entities).toHaveLength(1);
    expect(() => {
      sandbox.publish('v2.nonsense', {});
    }).toThrow('v2.nonsense');
  });

  it('lack permissions: 403, or rejected and silent with ignoreErrors', async () => {
    const narrow = { id: 'narrow', secret: 's', permissions: ['routing:queue:view'] };
    const { sandbox } = await open({ clients: [SANDBOX_CLIENT, narrow] });
    const api = await ApiClient.of(sandbox, narrow);
    const { id, connectUri } = await channelOf(api);
    const topic = `v2.analytics.queues.${sandbox.snapshot().queues[0]?.id ?? ''}.observations`;
    const path = `${CHANNELS}/${id}/subscriptions`;
    expect((await api.post(path, topics(topic, `${USER}.presence`))).body).toMatchObject({
      code: 'missing.permissions',
      message: expect.stringContaining('analytics:queueObservation:view')
    });
    const partly = await api.post(`${path}?ignoreErrors=true`, topics(topic, `${USER}.presence`));
    expect(partly.body.entities).toMatchObject([
      { id: topic, state: 'Rejected', missingPermissions: ['analytics:queueObservation:view'] },
      { state: 'Permitted' }
    ]);
    expect(partly.body.entities[0]?.rejectionReason).not.toBe('');
    const listener = await Listener.to(connectUri);
    sandbox.publish(topic, {});
    sandbox.publish(`${USER}.presence`, {});
    await listener.settle();
    expect(listener.of('v2.')).toHaveLength(1);
    expect((await api.post(`${path}?ignoreErrors=maybe`, [])).status).toBe(400);
  });

  it('do not exist: 400 for all, or rejected alone with ignoreErrors', async () => {
    const { api } = await open();
    const { id } = await channelOf(api);
    const path = `${CHANNELS}/${id}/subscriptions`;
    const asked = topics('v2.nonsense', `${USER}.presence`, `v2.${'x'.repeat(300)}`);
    expect((await api.post(path, asked)).body.code).toBe('notification.invalid.topic');
    expect((await api.get(path)).body.entities).toEqual([]);
    const partly = await api.post(`${path}?ignoreErrors=true`, asked);
    expect([partly.status, partly.body.entities]).toMatchObject([
      200,
      [
        { id: 'v2.nonsense', state: 'Rejected', rejectionReason: expect.stringContaining('v2.nonsense') },
        { state: 'Rejected', rejectionReason: expect.stringContaining('200 characters') },
        { id: `${USER}.presence`, state: 'Permitted' }
      ]
    ]);
    expect((await api.get(path)).body.entities).toMatchObject([{ id: `${USER}.presence` }]);
  });
});

describe('the socket', () => {
  it('needs a channel that lives, and nothing else', async () => {
    const { sandbox } = await open();
    const origin = sandbox.apiOrigin.replace('http', 'ws');
    expect(await status(Listener.to(`${origin}/channels/streaming-0-made-up`))).toContain('401');
    expect(await status(Listener.to(`${origin}/elsewhere`))).toContain('404');
    expect(sandbox.requests.slice(-2).map((entry) => entry.status)).toEqual([401, 404]);
  });

  it('does not show its channel in the request log', async () => {
    const { sandbox, api } = await open();
    const { id, connectUri } = await channelOf(api);
    await Listener.to(connectUri);
    expect(sandbox.requests.at(-1)).toMatchObject({ path: '/channels/…', status: 101 });
    expect(JSON.stringify(sandbox.requests)).not.toContain(id);
  });

  it('beats every 30 seconds and answers a ping', async () => {
    const { clock, api } = await open();
    const listener = await Listener.to((await channelOf(api)).connectUri);
    const beats = (): number =>
      listener.of('channel.metadata').filter((frame) => frame.eventBody?.['message'] === 'WebSocket Heartbeat').length;
    await listener.settle();
    for (let n = 1; n <= 3; n++) {
      clock.pass(29_999);
      await listener.settle();
      expect(beats()).toBe(n - 1);
      clock.pass(1);
      await listener.until(() => beats() === n);
    }
  });

  it('is the only one of its channel: the second kicks the first', async () => {
    const { sandbox, api } = await open();
    const { connectUri } = await channelOf(api, `${USER}.presence`);
    const first = await Listener.to(connectUri);
    const second = await Listener.to(connectUri);
    await first.until(({ closed }) => closed !== undefined);
    expect(first.of('v2.system.no_longer_subscribed')).toMatchObject([
      { eventBody: { reason: 'another_channel_subscribed' } }
    ]);
    sandbox.publish(`${USER}.presence`, {});
    await second.settle();
    expect(second.of(USER)).toHaveLength(1);
  });

  it('subscribes and unsubscribes in-band', async () => {
    const { sandbox, api } = await open();
    const listener = await Listener.to((await channelOf(api)).connectUri);
    listener.say({ message: 'subscribe', topics: [`${USER}.presence`], correlationId: 'a' });
    await listener.until(({ frames }) => frames.length === 1);
    expect(listener.frames[0]).toMatchObject({ result: '200', status: 'subscribed', correlationId: 'a' });
    sandbox.publish(`${USER}.presence`, {});
    listener.say({ message: 'unsubscribe', topics: [`${USER}.presence`] });
    await listener.until(({ frames }) => frames.length === 3);
    sandbox.publish(`${USER}.presence`, {});
    listener.say({ message: 'subscribe', topics: ['v2.nonsense'] });
    listener.say({ message: 'subscribe' });
    listener.say({ message: 'dance', correlationId: 'b' });
    listener.socket.send('}{');
    await listener.until(({ frames }) => frames.length === 7);
    expect(listener.of(USER)).toHaveLength(1);
    expect(listener.frames.slice(3).map(({ result }) => result)).toEqual(['400', '400', '404', '404']);
  });

  it('is cut by the end of the sandbox', async () => {
    const { sandbox, api } = await open();
    const listener = await Listener.to((await channelOf(api)).connectUri);
    await sandbox.close();
    await listener.until(({ closed }) => closed !== undefined);
  });
});
