import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { provideHttpClientTesting } from '@angular/common/http/testing';
import { Component, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { genesysAuthInterceptor, withProxyMode } from 'ngx-genesys-auth';
import {
  type ConnectionListener,
  GenesysNotifications,
  provideGenesysNotifications
} from 'ngx-genesys-auth/notifications';
import { provideGenesysAuthTesting } from 'ngx-genesys-auth/testing';
import { expect, it } from 'vitest';

@Component({
  selector: 'app-agent',
  template: `{{ presence()?.eventBody?.presenceDefinition?.systemPresence }} ({{ live.state() }})`
})
class Agent {
  protected readonly live = inject(GenesysNotifications);
  protected readonly presence = this.live.topicSignal('v2.users.ann.presence');
}

/** A source of events that the test controls. */
function createTestSource() {
  let listener: ConnectionListener | undefined;
  return {
    open: (_topics: readonly string[], opened: ConnectionListener) => {
      listener = opened;
      return {
        setTopics: () => undefined,
        probe: (answered: () => void) => {
          answered();
        },
        close: () => undefined
      };
    },
    /** Topics deliver events from now on. */
    connect: () => listener?.live(false, 30_000),
    send: (topicName: string, eventBody: unknown) => listener?.event({ topicName, eventBody })
  };
}

it('shows the presence of an agent', async () => {
  const source = createTestSource();
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([genesysAuthInterceptor])),
      provideHttpClientTesting(),
      provideGenesysAuthTesting({ region: 'mypurecloud.de', relay: '/genesys' }, withProxyMode()),
      provideGenesysNotifications({ source: () => source })
    ]
  });
  const page = TestBed.createComponent(Agent);
  await page.whenStable();
  expect((page.nativeElement as HTMLElement).textContent).toContain('(connecting)');

  source.connect();
  source.send('v2.users.ann.presence', { presenceDefinition: { id: '1', systemPresence: 'AVAILABLE' } });
  await page.whenStable();
  expect((page.nativeElement as HTMLElement).textContent).toContain('AVAILABLE (live)');
});
