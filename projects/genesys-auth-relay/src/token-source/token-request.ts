import type { Credential, GenesysConfig } from '../config/config.ts';

/** `application/x-www-form-urlencoded` of one value, as the WHATWG URL standard serialises it. */
export const formEncode = (value: string): string => new URLSearchParams({ '': value }).toString().slice(1);

/**
 * Headers and body of the token request (RFC 6749 section 4.4.2). The credentials go by exactly one method: Basic with id
 * and secret form-encoded first (section 2.3.1), in the body, as a signed assertion (RFC 7523 section 2.2), or by the TLS
 * certificate of the connection (RFC 8705 section 2). Nothing ever goes into the query.
 *
 * @param genesys whether the scope is sent
 * @param client whose credentials go with it
 * @param scopes canonical scopes to ask for
 * @param assertion for `private_key_jwt`
 */
export function tokenRequest(
  genesys: Pick<GenesysConfig, 'sendScope'>,
  { id, secret, auth }: Pick<Credential, 'id' | 'secret' | 'auth'>,
  scopes: readonly string[],
  assertion?: string
) {
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  if (genesys.sendScope && scopes.length > 0) body.set('scope', scopes.join(' '));
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': 'genesys-auth-relay'
  };
  if (auth === 'post') {
    body.set('client_id', id);
    body.set('client_secret', secret.reveal());
  } else if (auth === 'private_key_jwt') {
    body.set('client_id', id);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', assertion ?? '');
  } else if (auth === 'tls_client_auth') {
    body.set('client_id', id);
  } else {
    const pair = `${formEncode(id)}:${formEncode(secret.reveal())}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  return { headers, body: body.toString() };
}
