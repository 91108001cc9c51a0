import { z } from 'zod';
import { clientSchema, clientsSchema } from './client-schema.ts';
import { devSchema } from './dev-schema.ts';
import { flag, listOf, oneOf, section, text, whole } from './fields.ts';
import { identitySchema } from './identity-schema.ts';
import { network } from './networks.ts';
import { proxySchema, routesSchema } from './proxy-schema.ts';
import { says, shown } from './says.ts';
import { signInSchema } from './sign-in-schema.ts';
import { storeSchema } from './store-schema.ts';
import { secureOrigin, secureUrl } from './urls.ts';

const genesys = section({
  region: text('a region', 'give the domain or AWS name of your region, for example mypurecloud.de').optional(),
  tokenEndpoint: secureUrl('give the URL of the token endpoint').optional(),
  issuer: secureUrl('give the issuer of the OAuth server, exactly as in its metadata').optional(),
  apiOrigin: secureOrigin('give the origin of the API, for example https://api.example.com').optional(),
  client: clientSchema.optional(),
  clients: clientsSchema.optional(),
  timeoutMs: whole(100, 60_000, 'milliseconds').default(5000),
  sendScope: flag('true sends the scope parameter to the token endpoint, false does not').default(true)
});

/** Levels of the log, the quietest first. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

const scopeName = text('a scope', 'give the name of a scope');
const port = whole(0, 65_535, 'a port');
const host = text('a host', 'give the address to listen on, for example 127.0.0.1');

const role = section(
  {
    scopes: listOf(scopeName, 'a list of scopes', 'list the scopes this role may have'),
    defaultScopes: z
      .array(scopeName, {
        error: () => says('is not a list of scopes', 'list the scopes of a request that names none')
      })
      .default([]),
    client: text('the name of a client', 'name one of genesys.clients').optional(),
    routes: routesSchema.optional(),
    requestsPerMinute: whole(1, 1_000_000, 'requests').optional()
  },
  'give the role its scopes: { scopes: [...] }'
);

const notifications = section({
  topicScopes: z
    .record(z.string().regex(/^v2(?:\.(?:\*|[A-Za-z0-9_-]+))+$/), scopeName, {
      error: () =>
        says(
          'is not a section of topics',
          "name the start of a topic and the scope it needs: 'v2.users.*.presence': presence"
        )
    })
    .default({}),
  topicsPerClient: whole(1, 3000, 'topics').default(200),
  clients: whole(1, 100_000, 'sockets').default(5000),
  clientsPerCaller: whole(1, 100_000, 'sockets').default(20),
  channels: whole(1, 20, 'channels').default(3),
  sessionSeconds: whole(60, 86_400, 'seconds').default(43_200),
  bufferBytes: whole(16_384, 16_777_216, 'bytes').default(262_144),
  slowSeconds: whole(1, 600, 'seconds').default(30),
  memoryEvents: whole(0, 1_000_000, 'events').default(10_000),
  memoryBytes: whole(0, 268_435_456, 'bytes').default(8_388_608)
});

/** The relay's configuration in a file. Parsing adds the defaults. */
export const relayConfigSchema = section({
  mode: oneOf(['proxy', 'token']).default('proxy'),
  listen: section({ host: host.default('127.0.0.1'), port: port.default(8080) }).prefault({}),
  admin: z
    .union([z.literal(false), section({ host: host.default('127.0.0.1'), port: port.default(9090) })], {
      error: () => says('is neither a section nor false', 'write { host, port }, or false for no admin listener')
    })
    .prefault({}),
  genesys,
  store: storeSchema.optional(),
  scopes: listOf(scopeName, 'a list of scopes', 'list every scope the relay may issue'),
  identities: listOf(
    identitySchema,
    'a list of identities',
    'define who may call: an identity of type jwt or apiKey'
  ).default([]),
  signIn: signInSchema.optional(),
  dev: devSchema.optional(),
  roles: z.record(z.string().min(1), role, {
    error: (issue) =>
      says(
        issue.input === undefined ? 'is missing' : 'is not a section of roles',
        'name each role with the scopes it may have: roles: { agent: { scopes: [...] } }'
      )
  }),
  acceptSharedPrivileges: flag('true accepts that the holder of a token has every right of the OAuth client').default(
    false
  ),
  proxy: proxySchema.prefault({}),
  cors: section({
    origins: z
      .array(
        z
          .unknown()
          .superRefine((value, context) => {
            if (value === '*' || value === 'null') {
              context.addIssue({
                code: 'custom',
                message: says(
                  `${shown(value)} would let any page request tokens`,
                  'list the exact origins of your apps'
                )
              });
            }
          })
          // The part that an editor can check: see json-schema.ts.
          .meta({ type: 'string', pattern: '^https?://[^/*]+$' })
          .pipe(secureOrigin('give the origin of an app, for example https://app.example.com')),
        { error: () => says('is not a list of origins', 'list the exact origins of your apps') }
      )
      .default([])
  }).prefault({}),
  limits: section({
    bodyBytes: whole(256, 1_048_576, 'bytes').default(16_384),
    requestsPerMinute: whole(1, 1_000_000, 'requests').default(600),
    trustedProxies: z
      .array(network, {
        error: () =>
          says('is not a list of networks', 'list the addresses of your load balancers, for example 10.1.0.0/16')
      })
      .default([]),
    scopeSetsPerCaller: whole(1, 10_000, 'sets of scopes').default(20),
    headersTimeoutMs: whole(100, 60_000, 'milliseconds').default(10_000),
    requestTimeoutMs: whole(100, 300_000, 'milliseconds').default(30_000),
    drainMs: whole(0, 60_000, 'milliseconds').default(5000)
  }).prefault({}),
  notifications: z
    .union([z.literal(false), notifications], {
      error: () => says('is neither a section nor false', 'write notifications: {}, or false for no notification hub')
    })
    .default(false),
  hsts: section({
    includeSubDomains: flag('true declares that every subdomain of the host uses https, too').default(false)
  }).prefault({}),
  log: section({
    level: oneOf(LOG_LEVELS).default('info'),
    subject: oneOf(['hashed', 'plain']).default('hashed')
  }).prefault({})
});

/** The relay's configuration in a program or a file. */
export type RelayConfigInput = z.input<typeof relayConfigSchema>;
/** The configuration after parsing, before secrets are read. */
export type ParsedConfig = z.output<typeof relayConfigSchema>;
