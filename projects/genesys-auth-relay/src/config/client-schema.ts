import { z } from 'zod';
import { hidden, listOf, oneOf, section, text, whole } from './fields.ts';
import { secretReference, valueOrReference } from './reference-schema.ts';
import { says } from './says.ts';

const clientId = valueOrReference('a client id', 'give the OAuth client id');

const clientSecret = secretReference(
  'write { env: NAME } or { file: path }: a secret does not belong in the configuration file'
);

const privateKey = secretReference('write { file: path } or { env: NAME }: the private key in PEM form');

/** The credentials of a client. `auth` decides which of them are needed. */
const proof = {
  auth: oneOf(['basic', 'post', 'private_key_jwt', 'tls_client_auth']).default('basic'),
  secret: clientSecret.optional(),
  key: privateKey.optional(),
  keyId: text('a key id', 'give the kid under which the OAuth server knows the key').optional(),
  certificate: valueOrReference('a certificate', 'write { file: path }: the certificate in PEM form').optional()
};

/** Properties of every OAuth client, also of the only one. */
const fields = {
  id: clientId,
  ...proof,
  fallbacks: z
    .array(
      section(
        { id: clientId.optional(), ...proof },
        'write a fallback as { secret: { env: NAME } }, with id if it is another client'
      ),
      {
        error: () =>
          says(
            'is not a list of fallbacks',
            'list the credentials to try when the client is refused: { secret: { env: NAME } }'
          )
      }
    )
    .max(3, says('is too long', 'name at most three fallbacks'))
    .default([]),
  pool: whole(1, 50, 'tokens').default(1)
};

/** The only OAuth client of a relay. */
export const clientSchema = section(
  fields,
  'add the OAuth client: client: { id: ..., secret: { env: GENESYS_CLIENT_SECRET } }'
);

/** One of several OAuth clients, with the scopes that its roles in Genesys Cloud allow. */
export const clientsSchema = listOf(
  section(
    {
      ...fields,
      name: text('a name', 'give the client a name for logs and for roles.NAME.client').optional(),
      scopes: listOf(
        text('a scope', 'give the name of a scope'),
        'a list of scopes',
        'list the scopes that the roles of this OAuth client allow'
      )
    },
    'write a client as { id, secret: { env: NAME }, scopes: [...] }'
  ),
  'a list of OAuth clients',
  'list the OAuth clients, each with its scopes',
  hidden
);
