import { HttpClient } from '@angular/common/http';
import { inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  type GenesysAuthConfig,
  provideGenesysAuth,
  ɵGENESYS_RESOLVED_CONFIG as GENESYS_RESOLVED_CONFIG
} from 'ngx-genesys-auth';
import {
  type ConnectionListener,
  GenesysNotifications,
  type NotificationSource,
  provideGenesysNotifications
} from 'ngx-genesys-auth/notifications';
import { type AppOptions, CONFIG, codeOf, createApp } from './app';

const CONFIG_URL = '/genesys.json';

/** A source that notes for which API it is made and what it is opened with. */
function liveApp(auth: NonNullable<AppOptions['auth']>, config?: string) {
  const opened: string[] = [];
  const closed: string[] = [];
  const source = (): NotificationSource => {
    const { apiOrigin } = inject(GENESYS_RESOLVED_CONFIG);
    return {
      open: (topics: readonly string[], listener: ConnectionListener) => {
        opened.push(`${apiOrigin} ${topics.join()}`);
        listener.live(false, 30_000);
        return { setTopics: () => undefined, probe: () => undefined, close: () => closed.push(apiOrigin) };
      }
    };
  };
  const app = createApp({ auth, providers: [provideGenesysNotifications({ source, config })] });
  return { ...app, live: TestBed.inject(GenesysNotifications), opened, closed };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const loaded = () => provideGenesysAuth(() => inject(HttpClient).get<GenesysAuthConfig>(CONFIG_URL));

describe('live events', () => {
  it('wait for a configuration that is known only at run time', () => {
    const { live, opened, network } = liveApp([loaded()]);
    live.topic('v2.users.a.presence').subscribe();
    jest.advanceTimersByTime(1000);
    expect(opened).toEqual([]);
    network.expectOne(CONFIG_URL).flush(CONFIG);
    expect(opened).toEqual(['https://api.mypurecloud.de v2.users.a.presence']);
    expect([live.state(), live.error()]).toEqual(['live', null]);
  });

  it('say why they do not come if it cannot be loaded, and come when it can', () => {
    const { live, opened, network } = liveApp([loaded()]);
    live.topic('v2.users.a.presence').subscribe();
    jest.advanceTimersByTime(1000);
    network.expectOne(CONFIG_URL).flush(null, { status: 500, statusText: 'x' });
    expect(live.error()?.code).toBe('connection_failed');
    expect(codeOf(live.error()?.cause)).toBe('config_unavailable');
    for (let second = 0; second < 120 && opened.length === 0; second++) {
      jest.advanceTimersByTime(1000);
      for (const call of network.match(CONFIG_URL)) call.flush(CONFIG);
    }
    expect(opened).toHaveLength(1);
    expect(live.state()).toBe('live');
  });

  it('are those of the configuration that is named', () => {
    const us = provideGenesysAuth({ ...CONFIG, name: 'us', region: 'mypurecloud.com' });
    const { live, opened } = liveApp([us, provideGenesysAuth({ ...CONFIG, name: 'emea' })], 'emea');
    live.topic('v2.users.a.presence').subscribe();
    jest.advanceTimersByTime(1000);
    expect(opened).toEqual(['https://api.mypurecloud.de v2.users.a.presence']);
  });
});
