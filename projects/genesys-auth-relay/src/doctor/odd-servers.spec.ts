import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { CANARY, CLIENT_ID, diagnose, startOdd } from '../../test/doctor.ts';

const json = (response: ServerResponse, status: number, body: object, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

it('doctor reads a compressed answer of the token endpoint', async () => {
  const odd = await startOdd((_request, response) => {
    response.writeHead(401, { 'content-encoding': 'gzip' }).end(gzipSync('{"error":"unauthorized_client"}'));
  });
  const { causes } = await diagnose({ genesys: odd.genesys }, {});
  await odd.close();
  expect(causes).toEqual(['wrong_grant_type']);
});

describe('doctor with servers other than Genesys Cloud', () => {
  const said = (error: string, more: object = {}) => ({ error, ...more });

  it.each<[string, (response: ServerResponse) => void, string, number]>([
    [
      'a page',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Sign in</title></html>'),
      'not_a_token_endpoint',
      11
    ],
    [
      'a page that says 404',
      (response) => response.writeHead(404).end('<h1>Not found</h1>'),
      'not_a_token_endpoint',
      11
    ],
    [
      'a redirect',
      (response) => response.writeHead(302, { location: 'https://elsewhere.test/' }).end(),
      'redirected',
      11
    ],
    [
      'invalid_grant',
      (response) => {
        json(response, 400, said('invalid_grant'));
      },
      'answer_does_not_tell',
      18
    ],
    [
      'the rate limit of Genesys Cloud',
      (response) => {
        json(response, 400, said('invalid_request', { description: 'rate limit exceeded; too many requests' }));
      },
      'rate_limited',
      17
    ],
    [
      'a code nobody knows',
      (response) => {
        json(response, 400, said('odd'));
      },
      'answer_does_not_tell',
      18
    ],
    [
      'too many requests',
      (response) => {
        json(response, 429, said('rate_limit_exceeded'));
      },
      'rate_limited',
      17
    ],
    ['a failure', (response) => response.writeHead(503).end('busy'), 'server_failed', 17],
    ['a lost Content-Type', (response) => response.writeHead(415).end(), 'content_type_lost', 11],
    [
      'a body it cannot read',
      (response) => {
        json(
          response,
          400,
          said('invalid_request', { description: 'the body must be application/x-www-form-urlencoded' })
        );
      },
      'content_type_lost',
      11
    ],
    ['a cut connection', (response) => response.destroy(), 'host_unreachable', 10]
  ])('names %s, after one token request', async (_what, answer, cause, exitCode) => {
    const odd = await startOdd((request, response) => {
      if (request.method === 'GET') response.writeHead(404).end();
      else answer(response);
    });
    const found = await diagnose({ genesys: odd.genesys }, {});
    await odd.close();
    expect(found.causes).toEqual([cause]);
    expect(found.exitCode).toBe(exitCode);
    expect(found.tokenRequests).toBe(1);
    expect(found.printed).not.toContain('CANARY');
  });

  it('says that invalid_grant does not show the cause', async () => {
    const odd = await startOdd((_request, response) => {
      json(response, 400, said('invalid_grant'));
    });
    const { findings } = await diagnose({ genesys: odd.genesys }, {});
    await odd.close();
    expect(findings[0]?.message).toMatch(/does not say why/);
  });

  it('names a host that is not there, and sends it nothing more', async () => {
    const odd = await startOdd(() => undefined);
    await odd.close();
    const found = await diagnose({ genesys: odd.genesys }, {});
    expect(found).toMatchObject({ causes: ['host_unreachable'], exitCode: 10, tokenRequests: 0 });
    expect(found.printed).toContain('ECONNREFUSED');
  });

  it('names a host that does not answer', async () => {
    const odd = await startOdd(() => undefined);
    const found = await diagnose({ genesys: odd.genesys }, { timeoutMs: 50 });
    await odd.close();
    expect(found).toMatchObject({ causes: ['host_timeout'], exitCode: 10, tokenRequests: 0 });
  });

  it('sends nothing where the connection is not encrypted', async () => {
    const genesys = { tokenEndpoint: 'http://login.example.test/oauth/token', apiOrigin: 'https://api.example.test' };
    const found = await diagnose({ genesys }, {});
    expect(found).toMatchObject({ causes: ['config_invalid'], exitCode: 1, tokenRequests: 0 });
    expect(found.printed).toContain('not encrypted');
  });

  it.each([
    ['raw Basic', basic(CLIENT_ID, CANARY), 'client.auth: post'],
    ['the body', undefined, 'client.auth: post']
  ])('finds out that the server takes the credentials in %s', async (_what, wanted, fix) => {
    const odd = await startOdd((request, response) => {
      if (request.method === 'GET') {
        json(response, 200, { token_endpoint_auth_methods_supported: ['client_secret_post'] });
        return;
      }
      const good = request.headers.authorization === wanted;
      json(
        response,
        good ? 200 : 401,
        good ? { access_token: 'T-CANARY', token_type: 'bearer' } : said('invalid_client')
      );
    });
    const secret = wanted === undefined ? 'Zq8vK2mN4pR6tW9yB1dF3hJ5' : CANARY;
    const found = await diagnose({ genesys: odd.genesys, secret }, {});
    await odd.close();
    expect(found.causes).toEqual(['auth_method_refused']);
    expect(found.findings[0]?.fix).toContain(fix);
    expect(found.tokenRequests).toBe(2);
    expect(found.printed).not.toContain('CANARY');
  });

  it('tries without scope where the scope is refused', async () => {
    const odd = await startOdd((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (request.method === 'GET') json(response, 200, { id: 'me' });
        else if (body.includes('scope=')) json(response, 400, said('invalid_scope'));
        else json(response, 200, { access_token: 'T-CANARY', token_type: 'bearer', expires_in: 60 });
      });
    });
    const found = await diagnose({ genesys: odd.genesys }, {});
    await odd.close();
    expect(found).toMatchObject({ causes: ['scope_refused'], exitCode: 14, tokenRequests: 2 });
  });

  it.each([
    ['app.not.authorized.for.scope', 403, 'scope_not_allowed', 14],
    ['ip.not.authorized', 401, 'address_not_allowed', 15],
    ['missing.permissions', 403, 'missing_permission', 15],
    ['internal.server.error', 500, 'server_failed', 17]
  ])('understands %s of the API', async (code, status, cause, exitCode) => {
    const odd = await startOdd((request, response) => {
      if (request.method === 'POST') json(response, 200, { access_token: 'T-CANARY', token_type: 'bearer' });
      else json(response, status, { code, message: 'App not authorized to use scope [routing:readonly, routing]' });
    });
    const found = await diagnose({ genesys: odd.genesys }, {});
    await odd.close();
    expect(found).toMatchObject({ causes: [cause], exitCode });
  });

  it('takes no page of a firewall for an answer of the API', async () => {
    const odd = await startOdd((request, response) => {
      if (request.method === 'POST') json(response, 200, { access_token: 'T-CANARY', token_type: 'bearer' });
      else response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Blocked</h1>');
    });
    const { causes, printed } = await diagnose({ genesys: odd.genesys }, {});
    await odd.close();
    expect(causes).toEqual([]);
    expect(printed).toContain('warning not_the_api');
  });

  it('withholds whatever repeats the secret or the token', async () => {
    const forms = [CANARY, encodeURIComponent(CANARY), basic(CLIENT_ID, CANARY), CANARY.toLowerCase()];
    for (const form of forms) {
      const odd = await startOdd((request, response) => {
        json(
          response,
          401,
          { error: form, error_description: `wrong: ${form} ${request.headers.authorization ?? ''}` },
          {
            'inin-correlation-id': form
          }
        );
      });
      const { printed } = await diagnose({ genesys: odd.genesys }, {});
      await odd.close();
      expect(printed).toContain('withheld');
      expect(printed.toLowerCase()).not.toContain('canary');
      expect(printed).not.toContain(Buffer.from(CANARY).toString('base64').slice(0, 12));
      expect(printed).not.toContain(basic(CLIENT_ID, CANARY).slice(-12));
    }
    const token = 'TOKEN-canary-0123456789';
    const echo = await startOdd((request, response) => {
      if (request.url?.startsWith('/.well-known') === true) response.writeHead(404).end();
      else if (request.method === 'POST') json(response, 200, { access_token: token, token_type: 'bearer' });
      else json(response, 403, { code: 'missing.permissions', message: `no ${token} [${token}]` });
    });
    const { printed } = await diagnose({ genesys: echo.genesys }, {});
    await echo.close();
    expect(printed.toLowerCase()).not.toContain('canary');
  });
});
