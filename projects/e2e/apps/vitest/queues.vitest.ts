import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { genesysAuthInterceptor } from 'ngx-genesys-auth';
import { GenesysAuthTesting, provideGenesysAuthTesting } from 'ngx-genesys-auth/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Queues } from './queues';

const QUEUES = 'https://api.mypurecloud.com/api/v2/routing/queues';

describe('a page, tested with vitest', () => {
  beforeEach(() => {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([genesysAuthInterceptor])),
        provideHttpClientTesting(),
        provideGenesysAuthTesting()
      ]
    });
  });

  const open = () => {
    const relay = TestBed.inject(GenesysAuthTesting);
    const api = TestBed.inject(HttpTestingController);
    return {
      relay,
      api,
      show: () => {
        const page = TestBed.createComponent(Queues);
        return async () => {
          await page.whenStable();
          return (page.nativeElement as HTMLElement).textContent;
        };
      }
    };
  };

  it('grants: the request has the token, and the answer is shown', async () => {
    const { relay, api, show } = open();
    const text = show();
    const call = api.expectOne(QUEUES);
    expect(relay.token).toBe('fake-genesys-token-1');
    expect(call.request.headers.get('Authorization')).toBe(`Bearer ${relay.token ?? ''}`);
    call.flush({ total: 3 });
    expect(await text()).toContain('3 queues');
    expect(await text()).toContain('Edit');
    api.verify();
  });

  it('denies a scope', async () => {
    const { relay, show } = open();
    const text = show();
    relay.deny('routing');
    expect(await text()).toContain('You may only look.');
    expect(await text()).not.toContain('Edit');
  });

  it('fails, and recovers', async () => {
    const { relay, api, show } = open();
    relay.fail('relay_unreachable');
    expect(await show()()).toContain('relay_unreachable');
    relay.grant();
    const text = show();
    api.expectOne(QUEUES).flush({ total: 1 });
    expect(await text()).toContain('1 queues');
  });

  it('expires: the next request has a new token', () => {
    const { relay, api, show } = open();
    show();
    api.expectOne(QUEUES).flush({ total: 1 });
    relay.expire();
    show();
    expect(api.expectOne(QUEUES).request.headers.get('Authorization')).toBe('Bearer fake-genesys-token-2');
  });

  it('works with the fake clock of vitest', () => {
    vi.useFakeTimers();
    try {
      TestBed.resetTestingModule();
      TestBed.configureTestingModule({
        providers: [
          provideHttpClient(withInterceptors([genesysAuthInterceptor])),
          provideHttpClientTesting(),
          provideGenesysAuthTesting({ tokenLifetimeSeconds: 300 })
        ]
      });
      const { relay, api, show } = open();
      show();
      api.expectOne(QUEUES).flush({ total: 1 });
      vi.advanceTimersByTime(301_000);
      show();
      api.expectOne(QUEUES);
      expect(relay.token).toBe('fake-genesys-token-2');
    } finally {
      vi.useRealTimers();
    }
  });
});
