import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { genesysAuthInterceptor, withProxyMode } from 'ngx-genesys-auth';
import { GenesysAuthTesting, provideGenesysAuthTesting } from 'ngx-genesys-auth/testing';
import { beforeEach, expect, it } from 'vitest';
import { QueueList } from './queue-list';

beforeEach(() => {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([genesysAuthInterceptor])),
      provideHttpClientTesting(),
      provideGenesysAuthTesting({ region: 'mypurecloud.de', relay: '/genesys' }, withProxyMode())
    ]
  });
});

it('shows the queues', async () => {
  const page = TestBed.createComponent(QueueList);
  TestBed.tick(); // httpResource sends its request in an effect
  TestBed.inject(HttpTestingController)
    .expectOne('/genesys/api/v2/routing/queues?pageNumber=1')
    .flush({ total: 1, entities: [{ id: '1', name: 'Support' }] });
  await page.whenStable();
  expect((page.nativeElement as HTMLElement).textContent).toContain('Support');
});

it('explains that a scope is missing', async () => {
  TestBed.inject(GenesysAuthTesting).deny('routing:readonly');
  const page = TestBed.createComponent(QueueList);
  await page.whenStable();
  expect((page.nativeElement as HTMLElement).textContent).toContain('You may not see the queues.');
});
