import { NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX } from 'genesys-auth-protocol';
import { startRelay } from '../index.ts';
import { SECRET_ENV, configFor } from '../testing/config.ts';
import { systemClock } from '../runtime/clock.ts';
import { testClock } from '../testing/clock.ts';
import { openHub } from '../testing/hub-client.ts';
import { startNotificationServer } from '../testing/notification-server.ts';

it('the limit of wrong tickets follows the configuration, and a reload forgets no wrong ticket', async () => {
  process.env[SECRET_ENV] = 'relay-secret';
  const server = await startNotificationServer();
  const configWith = (requestsPerMinute: number) =>
    configFor(server, {
      scopes: ['notifications'],
      roles: { developer: { scopes: ['notifications'] } },
      notifications: {},
      limits: { requestsPerMinute }
    });
  // Its time stands still, so that no limit is refilled.
  const clock = { ...testClock(), sleep: systemClock.sleep };
  const relay = await startRelay(configWith(2), { clock });
  const connect = () =>
    openHub(relay.url, { protocols: [NOTIFICATIONS_PROTOCOL, `${TICKET_PROTOCOL_PREFIX}wrong`] }).then(
      () => 'open',
      (error: unknown) => (error as Error).message
    );
  try {
    const before = [await connect(), await connect(), await connect()];
    expect(before).toEqual(['refused: 401', 'refused: 401', 'refused: 429']);
    await relay.reload(configWith(2));
    expect(await connect()).toBe('refused: 429');
    await relay.reload(configWith(10));
    const after = await Promise.all(Array.from({ length: 10 }, connect));
    expect(after.filter((answer) => answer === 'refused: 401')).toHaveLength(8);
  } finally {
    await relay.close();
    await server.close();
  }
});
