import { UsageError, readArguments } from './arguments.ts';

const PORTS = { port: 4200, loginPort: 4210, apiPort: 4211 };

it.each([
  [[], {}, PORTS],
  [[], { PORT: '5000' }, { ...PORTS, port: 5000 }],
  [[], { PORT: '' }, PORTS],
  [['--port', '6000'], { PORT: '5000' }, { ...PORTS, port: 6000 }],
  [['--port=0', '--login-port=1', '--api-port=2'], {}, { port: 0, loginPort: 1, apiPort: 2 }]
])('reads %j and %j', (argv, env, expected) => {
  expect(readArguments(argv, env)).toEqual(expected);
});

it('turns to a real organization, with the OAuth client from the environment', () => {
  expect(readArguments(['--region', 'mypurecloud.de'], {})).toEqual({
    ...PORTS,
    sandbox: false,
    relay: {
      genesys: {
        region: 'mypurecloud.de',
        client: { id: { env: 'GENESYS_CLIENT_ID' }, secret: { env: 'GENESYS_CLIENT_SECRET' } }
      }
    }
  });
});

it('serves the development build, where npm start puts it', () => {
  expect(readArguments(['--dev'], {})).toEqual({
    ...PORTS,
    browserDir: expect.stringMatching(/out-tsc.wallboard-dev.browser$/) as unknown
  });
});

it('takes the mode of the relay, with the sandbox or with your organization', () => {
  expect(readArguments(['--mode', 'proxy'], {})).toEqual({ ...PORTS, relay: { mode: 'proxy' } });
  expect(readArguments(['--mode', 'token'], {})).toEqual({ ...PORTS, relay: { mode: 'token' } });
  expect(readArguments(['--mode', 'proxy', '--region', 'mypurecloud.de'], {})).toMatchObject({
    sandbox: false,
    relay: { mode: 'proxy', genesys: { region: 'mypurecloud.de' } }
  });
  expect(() => readArguments(['--mode', 'both'], {})).toThrow(UsageError);
});

it('helps', () => {
  expect(readArguments(['-h'], {})).toBe('help');
});

it.each([['--port', 'http'], ['--port', '65536'], ['--port', '-1'], ['--prot', '1'], ['extra']])(
  'does not understand %s %s',
  (...argv) => {
    expect(() => readArguments(argv.filter(Boolean), {})).toThrow(UsageError);
  }
);

it('names the variable’s value when PORT is wrong', () => {
  expect(() => readArguments([], { PORT: 'abc' })).toThrow('--port must be a port from 0 to 65535, not "abc".');
});
