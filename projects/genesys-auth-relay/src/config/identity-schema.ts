import { z } from 'zod';
import { hidden, listOf, oneOf, pattern, section, text, whole } from './fields.ts';
import { network } from './networks.ts';
import { secretReference } from './reference-schema.ts';
import { says, shown } from './says.ts';
import { organizationsSchema, userRolesSchema } from './sign-in-schema.ts';
import { secureUrl } from './urls.ts';

/** Signature algorithms that a token may use. Neither `none` nor `HS...`: a public key must never be used as an HMAC secret. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519'
] as const;

/** Headers that already have a meaning for the relay, for HTTP, or for proxies in between. */
const NOT_FROM_PROXY =
  /^(?:host|origin|cookie|authorization|forwarded|via|connection|upgrade|te|trailer|expect|vary|content-.*|sec-.*|transfer-.*|proxy-.*|access-control-.*|x-genesys-auth|x-forwarded-(?:for|host|proto|port)|traceparent)$/i;

/** Names of roles. */
export const roleList = listOf(
  text('the name of a role', 'name a role of the section "roles"'),
  'a list of roles',
  'name at least one role of the section "roles"'
);

const jwt = section({
  type: z.literal('jwt'),
  issuer: secureUrl("give the identity provider's issuer URL, exactly as in the token's iss"),
  audience: z.union(
    [text('an audience', "give the relay's audience"), listOf(text('an audience', 'give it as text'), '', '')],
    { error: () => says('is missing or not an audience', "give the audience the relay's tokens are issued for") }
  ),
  jwksUri: secureUrl("give the URL of the identity provider's keys, or leave it out for discovery").optional(),
  algorithms: listOf(
    oneOf(JWT_ALGORITHMS),
    'a list of algorithms',
    'list the algorithms your identity provider signs with'
  ).default(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']),
  rolesPointer: pattern(
    /^(?:\/(?:[^~/]|~[01])*)+$/,
    'a JSON pointer',
    'give the path of the claim with the roles, for example /roles or /realm_access/roles'
  ).default('/roles'),
  subjectClaim: text('the name of a claim', 'name the claim that identifies the user').default('sub'),
  typ: listOf(text('a token type', 'for example at+jwt'), 'a list of token types', 'list the accepted typ').optional(),
  requiredClaims: z.array(text('the name of a claim', 'name a claim')).default([]),
  toleranceSeconds: whole(0, 60, 'seconds').default(5)
});

const apiKey = section({
  type: z.literal('apiKey'),
  keys: listOf(
    section({
      id: pattern(
        /^(?!gak_)[A-Za-z0-9._-]{1,128}$/,
        'a key id',
        'name the key, with letters, digits, dot, hyphen and underscore; never the key itself',
        hidden
      ),
      sha256: pattern(
        /^[0-9a-fA-F]{64}$/,
        'the SHA-256 of a key',
        'run "npx --no-install genesys-auth-relay hash-key" and paste its 64 hexadecimal digits; never the key itself',
        hidden
      ),
      roles: roleList
    }),
    'a list of keys',
    'add a key made by "npx --no-install genesys-auth-relay hash-key"',
    hidden
  )
});

const loopback = section({ type: z.literal('loopback'), roles: roleList });

const headerName = (what: string, fix: string) =>
  pattern(/^[A-Za-z0-9-]{2,64}$/, what, fix).refine((name) => !NOT_FROM_PROXY.test(name), {
    error: (issue) => says(`${shown(issue.input)} already has another meaning`, 'choose a header with no other use')
  });

const proofSecret = secretReference('write { env: NAME } or { file: path }, with a value that only the proxy knows');

const proxyHeader = section({
  type: z.literal('proxyHeader'),
  trustedProxies: listOf(network, 'a list of networks', 'list the addresses of your proxies, for example 10.1.0.0/16'),
  proof: section(
    {
      header: headerName('a header name', 'name the header with the proof').default('X-Relay-Proof'),
      secret: z.union([proofSecret, z.array(proofSecret).min(1).max(2)], {
        error: () =>
          says('is missing or not a reference', 'write { env: NAME } or { file: path }, or a list of two of them')
      })
    },
    'add the proof that only the proxy can give: proof: { secret: { file: /run/secrets/relay-proof } }'
  ),
  subjectHeader: headerName('a header name', 'name the header in which the proxy sends the user'),
  rolesHeader: headerName('a header name', "name the header with the user's groups, separated by commas").optional(),
  roles: z
    .array(text('the name of a role', 'name a role of the section "roles"'), {
      error: () => says('is not a list of roles', 'name roles that every user of the proxy has')
    })
    .default([])
});

const genesysToken = section({
  type: z.literal('genesysToken'),
  clients: listOf(
    text('a client id', 'give the id of an OAuth client'),
    'a list of OAuth clients',
    'list the ids of the OAuth clients whose tokens are accepted'
  ),
  organizations: organizationsSchema,
  roles: userRolesSchema
});

/** The ways to identify callers. */
export const identitySchema = z.discriminatedUnion('type', [jwt, apiKey, proxyHeader, loopback, genesysToken], {
  error: (issue) => {
    const input: unknown = issue.input;
    const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined;
    return says(
      `${shown(type)} is not a type of identity`,
      'use type: jwt, apiKey, proxyHeader, genesysToken or loopback'
    );
  }
});
