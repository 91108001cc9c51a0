import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { proxyFile } from './proxy-file';

/** A request that reaches the dev server. */
interface DevRequest {
  /** 2 for HTTP/2, which the dev server speaks with TLS. */
  readonly version?: 1 | 2;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the request comes from; this machine by default. */
  readonly from?: string;
  readonly isRelayMissing?: boolean;
  readonly isWebSocket?: boolean;
}

/** The answer of the proxy file. If the request is forwarded, the body is the headers that the relay gets. */
interface DevAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
}

describe('the proxy file', () => {
  let folder: string;

  const write = (text: string) => {
    writeFileSync(join(folder, 'proxy.conf.mjs'), text);
  };
  const writeKey = () => {
    mkdirSync(join(folder, '.genesys-auth-relay'));
    writeFileSync(join(folder, '.genesys-auth-relay/dev-key'), 'the-key\n');
  };
  /** Runs the file with a request. Jest cannot import an ES module, so Node does it. */
  function ask(request: DevRequest): DevAnswer {
    const program = join(__dirname, '../testing/proxy-program.mjs');
    const file = pathToFileURL(join(folder, 'proxy.conf.mjs')).href;
    const printed = execFileSync(process.execPath, [program, file, '/genesys/', JSON.stringify(request)], {
      encoding: 'utf8',
      timeout: 120_000
    });
    return JSON.parse(printed) as DevAnswer;
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'proxy-file-'));
    write(proxyFile('/genesys', 'http://localhost:8080'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('adds the key and the host that the browser used, and replaces what the client sends in their place', () => {
    writeKey();
    const forged = { 'x-genesys-dev-key': 'forged', 'x-forwarded-host': 'localhost' };
    expect(ask({ headers: { host: 'evil.example:4200', ...forged } }).body).toMatchObject({
      'x-genesys-dev-key': 'the-key',
      'x-forwarded-host': 'evil.example:4200',
      'x-forwarded-proto': 'http'
    });
  });

  it('takes the host of an HTTP/2 request, which has no Host header', () => {
    writeKey();
    expect(ask({ version: 2, headers: { ':authority': 'localhost:4200' } }).body).toMatchObject({
      'x-genesys-dev-key': 'the-key',
      'x-forwarded-host': 'localhost:4200'
    });
  });

  it('refuses a request without a host: an undefined header would end the dev server', () => {
    writeKey();
    expect(ask({})).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', detail: 'The request has no Host header.' }
    });
  });

  it.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])(
    'adds the key for %s, which is this machine',
    (from) => {
      writeKey();
      expect(ask({ from, headers: { host: 'localhost:4200' } }).body['x-genesys-dev-key']).toBe('the-key');
    }
  );

  describe.each(['192.0.2.7', '172.17.0.1', '::ffff:192.0.2.7', '2001:db8::1', '::127.0.0.1', '1.127.0.0', ''])(
    'for %j, which is another machine',
    (from) => {
      it('refuses with the way to allow it', () => {
        writeKey();
        const { status, body } = ask({ from, headers: { host: 'localhost:4200' } });
        expect([status, body['code']]).toEqual([403, 'dev_refused']);
        expect(body['detail']).toContain(`The request comes from ${from || 'an unknown address'}, not from localhost.`);
        expect(body['detail']).toContain('ALLOW_OTHER_MACHINES');
        expect(body['hint']).toContain('first-failures.md#403-loopback_refused-or-dev_refused');
        expect(ask({ from, isWebSocket: true, headers: { host: 'localhost:4200' } })).toEqual({
          status: 404,
          body: {}
        });
      });
    }
  );

  it('adds the key for another machine if the developer allows it', () => {
    writeKey();
    const text = proxyFile('/genesys', 'http://localhost:8080');
    expect(text).toContain('const ALLOW_OTHER_MACHINES = false;');
    write(text.replace('ALLOW_OTHER_MACHINES = false', 'ALLOW_OTHER_MACHINES = true'));
    expect(ask({ from: '172.17.0.1', headers: { host: 'localhost:4200' } }).body['x-genesys-dev-key']).toBe('the-key');
  });

  it('says that the relay has not run if there is no key', () => {
    const { status, body } = ask({ headers: { host: 'localhost:4200' } });
    expect([status, body['code']]).toEqual([503, 'dev_relay_missing']);
    expect(body['detail']).toBe(
      'The relay has not run yet: its key file is missing. Run "npm run relay" in another terminal.'
    );
    expect(body['hint']).toContain('first-failures.md#no-relay-is-running');
  });

  it('says at which target no relay answers, also after the developer has changed it', () => {
    writeKey();
    write(
      proxyFile('/genesys', 'http://localhost:8080').replace(
        "target: 'http://localhost:8080'",
        "target: 'http://localhost:8099'"
      )
    );
    const { status, body } = ask({ isRelayMissing: true, headers: { host: 'localhost:4200' } });
    expect([status, body['code']]).toEqual([502, 'dev_relay_missing']);
    expect(body['detail']).toBe('No relay answers at http://localhost:8099. Run "npm run relay" in another terminal.');
  });
});
