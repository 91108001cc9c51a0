import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWTPayload } from 'jose';
import { parse } from 'yaml';
import { parseRelayConfig } from '../config/parse.ts';
import { isOtherToken, pointTo, rolesOf } from './claims.ts';

const page = readFileSync(join(__dirname, '../../../../docs/recipes/identity-providers.md'), 'utf8');
const sections = page.split(/^## /m).slice(1);
const block = (section: string, info: string) =>
  new RegExp(`^\`\`\`${info}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section)?.[1];
const providers = sections.flatMap((section) => {
  const [name = ''] = section.split('\n');
  const identity = block(section, 'yaml identity');
  return identity === undefined ? [] : [{ name, identity, claims: block(section, 'json claims') }];
});

function configure(identity: string) {
  const { identities } = parseRelayConfig(
    {
      mode: 'proxy',
      genesys: { region: 'mypurecloud.de', client: { id: 'id', secret: { env: 'SECRET' } } },
      scopes: ['routing:readonly'],
      identities: parse(identity) as unknown,
      roles: { supervisor: { scopes: ['routing:readonly'] } }
    },
    { SECRET: 'client-secret', RELAY_PROOF: '0123456789abcdef0123456789abcdef' }
  );
  return identities[0];
}

// The page "relay.yaml for your identity provider": what it writes into relay.yaml fits the claims beside it.
describe('the identity providers of the documentation', () => {
  it('are all there', () => {
    expect(providers.map(({ name }) => name)).toEqual(['Entra ID', 'Okta', 'Auth0', 'Keycloak', 'oauth2-proxy']);
  });

  it.each(providers)('$name: the relay accepts the entry', ({ identity }) => {
    expect(configure(identity)).toBeDefined();
  });

  it.each(providers.filter(({ claims }) => claims !== undefined))(
    '$name: issuer, audience, subject and roles are in the claims of the access token',
    ({ identity, claims = '' }) => {
      const token = JSON.parse(claims) as JWTPayload;
      const jwt = configure(identity);
      if (jwt?.type !== 'jwt') throw new Error('This is not an identity of type jwt.');
      expect(jwt.issuer).toBe(token.iss);
      expect([token.aud].flat()).toContain([jwt.audience].flat()[0]);
      expect(pointTo(`/${jwt.subjectClaim}`, token)).toEqual(expect.any(String));
      expect(rolesOf(pointTo(jwt.rolesPointer, token))).toContain('supervisor');
      expect(isOtherToken('JWT', token, jwt.typ)).toBe(false);
    }
  );
});
