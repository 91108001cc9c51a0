import { certificateMaker } from '../testing/certificate.ts';
import { describeWithRedis, startRedis } from '../testing/redis.ts';
import { until } from '../testing/until.ts';
import { Secret } from '../config/secret.ts';
import type { Redis } from 'ioredis';
import { createRedis } from './redis-client.ts';

describeWithRedis('a TLS connection to the store that fails twice', () => {
  it('F6 16.5.2 does not end the process: the certificate is refused, and the server sends an alert afterwards', async () => {
    const certificates = certificateMaker();
    const redis = await startRedis({ tls: certificates.make('own') });
    const client = (await createRedis({
      ...{ url: new Secret(redis.url), ca: undefined, keys: [], prefix: 'x:', timeoutMs: 80 },
      ...{ sentinel: undefined, cluster: false }
    })) as Redis;
    const refused: Error[] = [];
    client.on('error', (error: Error) => refused.push(error));
    client.connect().catch(() => undefined);
    await until(() => refused.length > 0, 'the refusal of the certificate');
    // Node emits the alert on the socket, whose first error is over. Without a listener this throws.
    expect(() => client.stream.emit('error', new Error('tlsv1 alert decode error'))).not.toThrow();
    client.disconnect();
    await redis.close();
    certificates.clear();
  });
});
