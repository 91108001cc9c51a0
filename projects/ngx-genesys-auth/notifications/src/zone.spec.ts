import 'zone.js';
import { HttpErrorResponse, HttpHeaders, provideHttpClient, withInterceptors } from '@angular/common/http';
import { NgZone, provideZoneChangeDetection } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
import { throwError } from 'rxjs';
import { provideGenesysNotifications } from './options';
import { GenesysNotifications } from './service';
import type { ConnectionListener } from './source';

// The real zone.js and its idea of an app that has become stable.
it('withCatchUp: an app with zone.js becomes stable while another reading is waited for', async () => {
  let genesys: ConnectionListener | undefined;
  const connection = { setTopics: () => undefined, probe: () => undefined, close: () => undefined };
  const open = (_topics: readonly string[], listener: ConnectionListener) => ((genesys = listener), connection);
  TestBed.configureTestingModule({
    providers: [
      provideZoneChangeDetection(),
      provideHttpClient(withInterceptors([genesysAuthInterceptor])),
      provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['notifications'] }),
      provideGenesysNotifications({ source: () => ({ open }) })
    ]
  });
  const live = TestBed.inject(GenesysNotifications);
  const zone = TestBed.inject(NgZone);
  const headers = new HttpHeaders({ 'Retry-After': '60' });
  const readIn: boolean[] = [];
  const follow = () =>
    live
      .withCatchUp('v2.users.a.presence', () => {
        readIn.push(NgZone.isInAngularZone());
        return throwError(() => new HttpErrorResponse({ status: 503, headers }));
      })
      .subscribe();
  const first = zone.run(follow);
  await Promise.resolve();
  genesys?.live(false, 30_000);
  // The topic delivers, so that this one reads at once, where it was asked to.
  const second = zone.run(follow);
  expect(readIn).toEqual([false, true]);
  expect([zone.hasPendingMacrotasks, zone.isStable]).toEqual([false, true]);
  first.unsubscribe();
  second.unsubscribe();
});
