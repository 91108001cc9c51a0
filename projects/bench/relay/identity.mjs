// An identity provider and a token endpoint for the measurements, and the access tokens of many users.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { folder } from '../lib/tidy.mjs';

/** @param answer what the API answers, beyond keys and tokens */
export async function startIdentity(answer = (_request, response) => response.writeHead(404).end()) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' };
  const server = createServer((request, response) => {
    const reply = (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/jwks') return reply({ keys: [jwk] });
    if (request.url !== '/oauth/token') return answer(request, response);
    request.resume();
    request.on('end', () => reply({ access_token: 'x'.repeat(86), token_type: 'bearer', expires_in: 86_399 }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const users = await Promise.all(
    Array.from({ length: 500 }, (_, index) =>
      new SignJWT({ roles: ['agent'] })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'bench' })
        .setIssuer(origin)
        .setAudience('relay')
        .setSubject(`user-${index}`)
        .setIssuedAt()
        .setExpirationTime('8h')
        .sign(privateKey)
    )
  );
  const file = join(folder('identity'), 'jwts');
  writeFileSync(file, users.join('\n'));
  return { origin, file, users };
}
