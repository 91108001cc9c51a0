import { TestBed } from '@angular/core/testing';
import {
  type GenesysAuthFeature,
  GenesysAuthService,
  provideGenesysAuth,
  withLogger,
  withProxyMode,
  withRetry,
  withTabSync
} from 'ngx-genesys-auth';
import { directChannel, provideGenesysNotifications, relayHub } from 'ngx-genesys-auth/notifications';
import { provideGenesysAuthTesting } from 'ngx-genesys-auth/testing';
import { NEVER } from 'rxjs';
import { type AppOptions, CONFIG, asAuthError, createApp } from '../../test/app';

/** The message with which the app does not start. */
function mistakeOf(options: AppOptions): string {
  try {
    createApp(options);
  } catch (error) {
    expect(asAuthError(error).code).toBe('config_invalid');
    return asAuthError(error).message;
  }
  throw new Error('the app started');
}

const testing: GenesysAuthFeature = { kind: 'testing', providers: [] };
const sharing = () => withTabSync({ shareToken: true });

describe('features that an app combines by mistake', () => {
  it.each<[string, GenesysAuthFeature[]]>([
    ['withProxyMode()', [withProxyMode(), withProxyMode()]],
    ['withRetry()', [withRetry(), withLogger(), withRetry({ retries: 2 })]],
    ['withTabSync()', [withTabSync(), sharing()]],
    ['provideGenesysAuthTesting()', [testing, testing]]
  ])('%s twice', (name, features) => {
    expect(mistakeOf({ features })).toContain(`features: ${name} is given more than once. Keep one of them`);
  });

  it.each<[string, GenesysAuthFeature[]]>([
    ['in one order', [withProxyMode(), sharing()]],
    ['in the other', [sharing(), withLogger(), withProxyMode()]]
  ])('withProxyMode() and withTabSync({ shareToken: true }), %s', (_order, features) => {
    const message = mistakeOf({ features });
    expect(message).toContain('features: withProxyMode() and withTabSync({ shareToken: true }) exclude each other');
    expect(message).toContain('Remove withTabSync({ shareToken: true }), or remove withProxyMode()');
  });

  it('withProxyMode() and directChannel()', () => {
    const message = mistakeOf({
      features: [withProxyMode()],
      providers: [provideGenesysNotifications({ source: directChannel() })]
    });
    expect(message).toContain(
      'provideGenesysNotifications.source: withProxyMode() and directChannel() exclude each other'
    );
    expect(message).toContain('Remove directChannel(), or remove withProxyMode()');
  });

  it('in one of several configurations, by name', () => {
    const emea = { ...CONFIG, name: 'emea' };
    const auth = [provideGenesysAuth(CONFIG), provideGenesysAuth(emea, withProxyMode(), sharing())];
    expect(mistakeOf({ auth })).toContain('"emea"');
    TestBed.resetTestingModule();
    expect(
      mistakeOf({
        auth: [provideGenesysAuth(CONFIG), provideGenesysAuth(emea, withProxyMode())],
        providers: [provideGenesysNotifications({ source: directChannel(), config: 'emea' })]
      })
    ).toContain('"emea"');
  });

  it('of a configuration that is still being loaded', () => {
    const auth = [provideGenesysAuth({ load: () => NEVER }, withProxyMode(), sharing())];
    expect(mistakeOf({ auth })).toContain('withTabSync({ shareToken: true })');
  });

  it('in a test, with the testing entry point', () => {
    const auth = [provideGenesysAuthTesting({}, withRetry(), withRetry())];
    expect(mistakeOf({ auth })).toContain('withRetry() is given more than once');
  });
});

describe('features that an app may combine', () => {
  it.each<[string, AppOptions]>([
    ['withProxyMode() and withTabSync()', { features: [withProxyMode(), withTabSync()] }],
    ['withTabSync({ shareToken: true }) and withRetry()', { features: [sharing(), withRetry()] }],
    [
      'withProxyMode() and relayHub()',
      { features: [withProxyMode()], providers: [provideGenesysNotifications({ source: relayHub() })] }
    ],
    [
      'withProxyMode() in one configuration, and in another one what needs the token',
      {
        auth: [provideGenesysAuth(CONFIG, sharing()), provideGenesysAuth({ ...CONFIG, name: 'emea' }, withProxyMode())],
        providers: [provideGenesysNotifications({ source: directChannel() })]
      }
    ],
    [
      'the same in two configurations',
      {
        auth: [provideGenesysAuth(CONFIG, withRetry()), provideGenesysAuth({ ...CONFIG, name: 'emea' }, withRetry())]
      }
    ],
    [
      'a configuration of the app and the one that takes its place in a test',
      { auth: [provideGenesysAuth(CONFIG, withProxyMode()), provideGenesysAuthTesting({}, sharing())] }
    ]
  ])('%s', (_name, options) => {
    createApp(options);
    expect(TestBed.inject(GenesysAuthService).status()).toBe('unknown');
  });
});
