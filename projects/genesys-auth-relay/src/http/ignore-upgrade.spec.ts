import Fastify from 'fastify';
import { genesysAuthRelay } from '../fastify.ts';
import { configFor } from '../testing/config.ts';
import { sendRaw } from '../testing/raw.ts';
import { setUp } from '../testing/setup.ts';

describe('an offer of another protocol is ignored (RFC 9110 section 7.8)', () => {
  const OFFER = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
  const HUB = {
    scopes: ['analytics', 'notifications'],
    roles: { developer: { scopes: ['analytics', 'notifications'] } }
  };
  const body = '{"scopes":["analytics"]}';
  const post = (url: string, more: readonly string[]) =>
    [
      'POST /token HTTP/1.1',
      `Host: localhost:${new URL(url).port}`,
      'X-Genesys-Auth: 1',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      ...more,
      '',
      body
    ].join('\r\n');

  it.each([false, {}])('with notifications: %j', async (notifications) => {
    const world = await setUp({ config: { ...HUB, notifications } });
    try {
      const answer = await sendRaw(
        world.relay.url,
        post(world.relay.url, ['Upgrade: h2c', 'Connection: close, upgrade'])
      );
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
      expect(answer).toContain('"access_token"');
    } finally {
      await world.close();
    }
  });

  it('4.2.1 and the connection serves the next request, whose bytes came with the first', async () => {
    const world = await setUp({ config: { ...HUB, notifications: {} } });
    try {
      const { url } = world.relay;
      const answer = await sendRaw(url, post(url, OFFER) + post(url, ['Connection: close']));
      expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
      expect(answer.match(/"access_token"/g)).toHaveLength(2);
    } finally {
      await world.close();
    }
  });

  it('by a Fastify host with the relay as plugin, on its own routes', async () => {
    const world = await setUp();
    const app = Fastify();
    app.post('/mine', (request) => request.body);
    await app.register(genesysAuthRelay, {
      prefix: '/genesys',
      config: configFor(world.server, { ...HUB, notifications: {} })
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    try {
      const answer = await sendRaw(
        url,
        post(url, ['Upgrade: h2c', 'Connection: close, upgrade']).replace('/token', '/mine')
      );
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
      expect(answer).toContain(body);
    } finally {
      await app.close();
      await world.close();
    }
  });
});
