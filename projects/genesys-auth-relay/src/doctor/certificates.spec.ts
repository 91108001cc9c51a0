import { type Server, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { diagnose } from '../../test/doctor.ts';
import { certificateMaker } from '../testing/certificate.ts';
import type { DoctorOptions } from './doctor.ts';

const ID = '0a1b2c3d-1111-4222-8333-444455556666';
const certificates = certificateMaker();

describe('doctor before a client by tls_client_auth', () => {
  const host = certificates.make('host');
  const [known, stranger] = [certificates.make('known'), certificates.make('stranger')];
  let server: Server;
  let origin: string;

  /** @param strict whether a connection without a certificate it trusts is closed, or answered as a client that is unknown */
  const start = async (strict: boolean) => {
    const options = { key: host.key, cert: host.cert, requestCert: true, ca: [known.cert], rejectUnauthorized: strict };
    server = createServer(options, ({ url, socket }, response) => {
      const isKnown = socket instanceof TLSSocket && socket.authorized;
      const isToken = url === '/oauth/token';
      const body = !isToken
        ? {}
        : isKnown
          ? { access_token: `granted-${'t'.repeat(30)}`, token_type: 'Bearer', expires_in: 60 }
          : { error: 'invalid_client' };
      response.writeHead(isToken && !isKnown ? 401 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  afterAll(() => {
    certificates.clear();
  });

  const look = async (client: { key: string; cert: string }, options: DoctorOptions = {}) => {
    const found = await diagnose(
      {
        genesys: { tokenEndpoint: `${origin}/oauth/token`, apiOrigin: origin },
        client: { id: ID, auth: 'tls_client_auth', key: { env: 'KEY' }, certificate: { env: 'CERT' } },
        env: { KEY: client.key, CERT: client.cert }
      },
      { regions: [], ca: host.cert, ...options }
    );
    expect(found.printed).not.toMatch(/BEGIN|granted-t/);
    for (const line of client.key.split('\n').slice(1, -2)) expect(found.printed).not.toContain(line.slice(0, 20));
    return found;
  };

  it('finds it healthy, before a server that wants the certificate in every request', async () => {
    // The API of this server asks for it as well, which no API does: its answer is not what this is about.
    await start(true);
    const { steps, tokenRequests } = await look(known);
    expect(tokenRequests).toBe(1);
    expect(steps.filter(({ outcome }) => outcome === 'ok').map(({ name }) => name)).toEqual([
      'login host',
      'clock',
      'token'
    ]);
  });

  it('finds it healthy, and the token is shown to the API without the certificate', async () => {
    await start(false);
    expect(await look(known)).toMatchObject({ healthy: true, findings: [], tokenRequests: 1 });
  });

  it.each([
    ['closes the connection', true],
    ['answers that it does not know the client', false]
  ])('names a certificate that is not registered, where the server %s', async (_how, strict) => {
    await start(strict);
    const found = await look(stranger);
    expect(found).toMatchObject({ causes: ['certificate_refused'], exitCode: 12 });
  });

  it('names the subject of the certificate that is refused', async () => {
    await start(false);
    expect((await look(stranger)).findings[0]?.message).toContain('CN=stranger');
  });

  it('names a certificate that is over', async () => {
    await start(false);
    const found = await look(stranger, { clock: { now: () => Date.now() + 3 * 86_400_000 } });
    expect(found.causes[0]).toBe('certificate_expired');
    expect(found.causes).not.toContain('certificate_refused');
  });

  it('names a key of another certificate, and sends nothing', async () => {
    await start(false);
    const found = await look({ key: stranger.key, cert: known.cert });
    expect(found).toMatchObject({ causes: ['key_mismatch'], exitCode: 12, tokenRequests: 0 });
  });

  it('names a server certificate that is not trusted as the cause', async () => {
    await start(false);
    const found = await look(known, { ca: stranger.cert });
    expect(found).toMatchObject({ causes: ['tls_failed'], exitCode: 10, tokenRequests: 0 });
  });
});
