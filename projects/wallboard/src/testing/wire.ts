import { HttpTestingController, type TestRequest, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import type { BoardConfig } from '../app/boot/board-config';
import { boardProviders } from '../app/boot/providers';
import { MEMBERS, QUEUE_PAGE, aggregates, observations } from './answers';

export const CONFIG: BoardConfig = {
  apiOrigin: 'https://api.mypurecloud.de',
  mode: 'token',
  relay: '/genesys',
  scopes: ['analytics:readonly', 'notifications', 'organization:readonly', 'routing:readonly'],
  optionalScopes: ['users:readonly']
};

/** The calls a board makes, by the end of their path. */
export type Call =
  'token' | 'session' | 'queues' | 'observations' | 'aggregates' | 'organizations' | 'members' | 'routingstatus';

const CALLS: readonly Call[] = [
  'token',
  'session',
  'queues',
  'observations',
  'aggregates',
  'organizations',
  'members',
  'routingstatus'
];

const PATHS: Readonly<Record<Call, string>> = {
  token: '/genesys/token',
  session: '/genesys/session',
  members: '/members',
  routingstatus: '/routingstatus',
  queues: '/api/v2/routing/queues',
  observations: '/api/v2/analytics/queues/observations/query',
  aggregates: '/api/v2/analytics/conversations/aggregates/query',
  organizations: '/api/v2/organizations/me'
};

/** The other end of `HttpClient`: the relay and Genesys Cloud as a test wants them to answer. */
export class Wire {
  readonly #http = TestBed.inject(HttpTestingController);
  /** Every call that was answered, in order. */
  readonly seen: Call[] = [];
  /** How many contacts wait in the busy queue, as the next answer says. */
  waiting = 2;

  /** The scopes that the relay grants. */
  granted: readonly string[] = CONFIG.scopes;

  /** Providers as the application has them, with this wire instead of the network. */
  static providers(mode: BoardConfig['mode'] = 'token') {
    return [...boardProviders({ ...CONFIG, mode }), provideHttpClientTesting()];
  }

  /** The requests of one kind that wait for an answer; asking takes them. */
  pending(call: Call): TestRequest[] {
    return this.#http.match((request) => request.url.split('?')[0]?.endsWith(PATHS[call]) === true);
  }

  /** Answers one kind of request. @returns how many there were */
  answer(
    call: Call,
    body: object | null = this.#good(call),
    status = 200,
    headers: Record<string, string> = {}
  ): number {
    const requests = this.pending(call).filter((request) => !request.cancelled);
    for (const request of requests) {
      this.seen.push(call);
      request.flush(body, { status, statusText: `Status ${status}`, headers });
    }
    return requests.length;
  }

  /** Answers everything well until nothing is asked any more. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await jest.advanceTimersByTimeAsync(0);
      const answered = CALLS.reduce((sum, call) => sum + this.answer(call), 0);
      if (answered > 0) quiet = 0;
    }
  }

  #good(call: Call): object {
    switch (call) {
      case 'token':
        return {
          access_token: `token-${this.seen.filter((one) => one === 'token').length + 1}`,
          token_type: 'Bearer',
          expires_in: 3600,
          scope: this.granted.join(' ')
        };
      case 'session':
        return {
          subject: 'developer',
          identity: 'loopback',
          roles: ['developer'],
          scopes: this.granted,
          defaultScopes: this.granted,
          region: null,
          apiOrigin: CONFIG.apiOrigin,
          mode: 'proxy'
        };
      case 'members':
        return MEMBERS;
      case 'routingstatus':
        return { userId: 'a1', status: 'INTERACTING', startTime: new Date(Date.now() - 45_000).toISOString() };
      case 'queues':
        return QUEUE_PAGE;
      case 'observations':
        return observations(Date.now() - 45_000, this.waiting);
      case 'aggregates':
        return aggregates(Math.floor(Date.now() / 1_800_000) * 1_800_000);
      case 'organizations':
        return { id: 'o', name: 'Harbour Insurance' };
    }
  }
}

/** Shows or hides the page, as a viewer would by switching tabs. */
export function setVisible(visible: boolean): void {
  Object.defineProperty(document, 'visibilityState', { configurable: true, value: visible ? 'visible' : 'hidden' });
  document.dispatchEvent(new Event('visibilitychange'));
}
