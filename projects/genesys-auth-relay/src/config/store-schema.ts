import { listOf, pattern, section, text, flag, whole } from './fields.ts';
import { secretReference, valueOrReference } from './reference-schema.ts';
import { NEW_KEY } from './secrets.ts';

const storeKey = secretReference(`write { env: NAME } or { file: path }; make a key with: ${NEW_KEY}`);

/** The store in which several relays share tokens. */
export const storeSchema = section({
  redis: section(
    {
      url: valueOrReference('a Redis URL', 'give the URL, for example rediss://redis.example.com:6379'),
      key: storeKey,
      previousKey: storeKey.optional(),
      prefix: pattern(/^[\w:.-]{1,64}$/, 'a prefix', 'use letters, digits, _ : . -, for example genesys-auth:').default(
        'genesys-auth:'
      ),
      ca: secretReference('write { file: path }: the certificate authority of the store in PEM form').optional(),
      timeoutMs: whole(20, 5000, 'milliseconds').default(80),
      sentinel: section({
        name: text('the name of a master', 'give the name of the master at the sentinels'),
        hosts: listOf(
          section({
            host: text('a host', 'give the host of a sentinel'),
            port: whole(1, 65_535, 'a port').default(26_379)
          }),
          'a list of sentinels',
          'list the sentinels: { host, port }'
        )
      }).optional(),
      cluster: flag('true if the URL is that of one node of a cluster, false otherwise').default(false)
    },
    'name the store: redis: { url: { env: REDIS_URL }, key: { env: RELAY_STORE_KEY } }'
  )
});
