import { listOf, oneOf, section, text } from './fields.ts';
import { secretReference, valueOrReference } from './reference-schema.ts';

const clientId = valueOrReference('a client id', 'give the OAuth client id');

const clientSecret = secretReference(
  'write { env: NAME } or { file: path }: a configuration file is no place for a secret'
);

/** What every OAuth client has, whether it is the only one or one of several. */
const fields = { id: clientId, secret: clientSecret, auth: oneOf(['basic', 'post']).default('basic') };

/** The only OAuth client of a relay. */
export const clientSchema = section(
  fields,
  'add the OAuth client: client: { id: ..., secret: { env: GENESYS_CLIENT_SECRET } }'
);

/** One of several OAuth clients, with what its roles in Genesys Cloud allow. */
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
  'list the OAuth clients, each with its scopes'
);
