import { maskPath } from './mask';

describe('maskPath()', () => {
  it.each([
    '/api/v2/routing/queues',
    '/api/v2/routing/queues/4e0b1b5c-6a5f-4a2e-9d8f-0a1b2c3d4e5f/members',
    '/api/v2/analytics/queues/observations/query',
    '/assets/strings.json',
    '/customers/1042',
    '/',
    ''
  ])('leaves %s as it is', (path) => {
    expect(maskPath(path)).toBe(path);
  });

  it.each([
    ['/customers/jane.doe@example.com', '/customers/‹e-mail›'],
    ['/customers/jane.doe%40example.com/orders', '/customers/‹e-mail›/orders'],
    ['/customers/+49301234567', '/customers/‹number›'],
    ['/customers/tel:030-1234567', '/customers/‹number›'],
    ['/customers/0301234567', '/customers/‹number›'],
    ['/customers/%2B49%2030%20123', '/customers/‹number›'],
    ['/customers/Jane%20Doe', '/customers/‹hidden›'],
    ['/customers/M%C3%BCller', '/customers/‹hidden›'],
    ['/customers/jane.doe', '/customers/‹hidden›'],
    [`/reset/${'aB3'.repeat(28)}`, '/reset/‹hidden›'],
    [`/reset/${'a'.repeat(86)}`, '/reset/‹hidden›'],
    ['/api/v2/notifications/channels/streaming-4-ukr8x', '/api/v2/notifications/channels/‹id›'],
    ['/api/v2/notifications/channels/streaming/subscriptions', '/api/v2/notifications/channels/‹id›/subscriptions']
  ])('shows %s as %s', (path, shown) => {
    expect(maskPath(path)).toBe(shown);
  });
});
