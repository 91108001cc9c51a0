import { HttpTestingController, type TestRequest, provideHttpClientTesting } from '@angular/common/http/testing';
import { provideLocationMocks } from '@angular/common/testing';
import { type ComponentFixture, DeferBlockBehavior, TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { withProxyMode, withSignIn } from 'ngx-genesys-auth';
import { GenesysAuthTesting, provideGenesysAuthTesting } from 'ngx-genesys-auth/testing';
import { CONVERSATIONS, ME, OWN_QUEUES, PRESENCES } from '../../testing/me';
import { CONFIG, setVisible } from '../../testing/wire';
import { boardProviders } from '../boot/providers';
import { POLL_MS, UNATTENDED_AFTER_MS } from '../live/pacing';
import { App } from '../shell/app';
import { boardRoutes } from '../shell/routes';

const ANN = { id: 'ann', name: 'Ann Archer' };
const config = { ...CONFIG, mode: 'proxy', genesysSignIn: true } as const;
const ANSWERS: Readonly<Record<string, object>> = {
  '/users/me?expand=presence,routingStatus': ME,
  '/presence/definitions': PRESENCES,
  '/routing/queues/me?pageSize=100': OWN_QUEUES,
  '/conversations': CONVERSATIONS
};

describe('sign-in', () => {
  let relay: GenesysAuthTesting;
  let http: HttpTestingController;
  let fixture: ComponentFixture<App>;
  let page: HTMLElement;

  const all = (id: string) => [...page.querySelectorAll<HTMLElement>(`[data-testid=${id}]`)];
  const one = (id: string) => {
    const [element] = all(id);
    if (element === undefined) throw new Error(`${id} is missing.`);
    return element;
  };
  const said = (id: string) => all(id).map((element) => element.textContent.replace(/\s+/g, ' ').trim());
  const path = () => TestBed.inject(Router).url;
  /** Lets the page render. `whenStable()` would wait for requests that have no answer yet. */
  const settle = () => jest.advanceTimersByTimeAsync(100);
  /** The requests for a path that wait for an answer; asking takes them. */
  const pending = (end: string): TestRequest[] =>
    http.match(({ urlWithParams }) => urlWithParams.endsWith(`/api/v2${end}`)).filter(({ cancelled }) => !cancelled);
  const answerAll = async () => {
    await settle();
    for (const [end, body] of Object.entries(ANSWERS)) for (const call of pending(end)) call.flush(body);
    await settle();
  };
  const click = async (element: HTMLElement) => {
    element.click();
    await settle();
  };
  const type = (text: string) => {
    const input = one('new-message') as HTMLInputElement;
    input.value = text;
    input.dispatchEvent(new Event('input'));
  };
  const choose = (id: string) => {
    const select = one('new-presence') as HTMLSelectElement;
    select.value = id;
    select.dispatchEvent(new Event('change'));
  };
  const openDesk = async () => {
    relay.signIn(ANN);
    await settle();
    await click(one('user'));
    await answerAll();
  };
  const PATCHED = '/users/ann/presences/purecloud';

  beforeEach(async () => {
    jest.useFakeTimers({ now: Date.parse('2026-11-23T12:00:00Z') });
    setVisible(true);
    sessionStorage.clear();
    TestBed.configureTestingModule({
      providers: [
        ...boardProviders(config),
        provideHttpClientTesting(),
        provideGenesysAuthTesting({ apiOrigin: CONFIG.apiOrigin, relay: '/genesys' }, withProxyMode(), withSignIn()),
        boardRoutes(),
        provideLocationMocks()
      ],
      // jsdom has no canvas to draw on.
      deferBlockBehavior: DeferBlockBehavior.Manual
    });
    relay = TestBed.inject(GenesysAuthTesting);
    http = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(App);
    page = fixture.nativeElement;
    document.body.append(page);
    // The chunk of the route is loaded once: what imports it takes real time.
    await import('./my-page');
    TestBed.inject(Router).initialNavigation();
    await settle();
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    page.remove();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('is offered on a board that works without it', async () => {
    expect(said('sign-in')).toEqual(['Sign in']);
    expect(pending('/organizations/me').length + pending('/routing/queues?pageSize=100&pageNumber=1').length).toBe(1);
    await click(one('sign-in'));
    expect(relay.navigations).toEqual([expect.stringContaining('/genesys/sign-in?return_to=')]);
  });

  it('starts when the desk is opened, and returns there', async () => {
    expect(await TestBed.inject(Router).navigateByUrl('/me')).toBe(false);
    const [url = ''] = relay.navigations;
    expect(new URL(url).searchParams.get('return_to')).toMatch(/\/me$/);
  });

  it('leads to the desk: presence, routing status, conversations and queues of the user', async () => {
    await openDesk();
    expect(path()).toBe('/me');
    expect(said('user')).toEqual(['Ann Archer: my desk']);
    expect(said('sign-in')).toEqual([]);
    expect(said('presence')).toEqual([expect.stringMatching(/^On Queue since \d\d:\d\d$/)]);
    expect(said('presence-message')).toEqual(['Until five']);
    expect(said('routing-status')).toEqual([expect.stringMatching(/^Interacting since/)]);
    expect(said('conversation')).toEqual([expect.stringMatching(/^Call Claims ?Connected since/)]);
    expect(said('own-queue')).toEqual(['Claims', 'Billing']);
    expect(said('desk-failure')).toEqual([]);
  });

  it('reads status and conversations again while the page is visible', async () => {
    await openDesk();
    await jest.advanceTimersByTimeAsync(POLL_MS);
    for (const call of pending('/users/me?expand=presence,routingStatus')) {
      call.flush({ ...ME, routingStatus: { status: 'IDLE' } });
    }
    for (const call of pending('/conversations')) call.flush({ entities: [] });
    await settle();
    expect(said('routing-status')).toEqual(['Idle']);
    expect(said('conversation')).toEqual([]);
    setVisible(false);
    await jest.advanceTimersByTimeAsync(3 * POLL_MS);
    expect(pending('/conversations')).toEqual([]);
  });

  it('reads nothing after 15 minutes without input, so that the session of an unattended desk ends', async () => {
    await openDesk();
    jest.advanceTimersByTime(UNATTENDED_AFTER_MS);
    await answerAll();
    await jest.advanceTimersByTimeAsync(3 * POLL_MS);
    expect(pending('/conversations')).toEqual([]);
    expect(said('desk-paused')[0]).toContain('Paused');
    // Someone is back: the desk reads at once.
    document.dispatchEvent(new Event('pointerdown'));
    await settle();
    expect(said('desk-paused')).toEqual([]);
    expect(pending('/conversations')).toHaveLength(1);
  });

  it('the board reads nothing either for an unattended user, and a display without a user goes on', async () => {
    const isQueues = ({ urlWithParams }: { urlWithParams: string }) => urlWithParams.includes('/routing/queues?');
    /** How many requests the board makes, none of which is answered. */
    const boardRequests = async () => {
      http.match(isQueues);
      await jest.advanceTimersByTimeAsync(120_000);
      return http.match(isQueues).length;
    };
    jest.advanceTimersByTime(UNATTENDED_AFTER_MS);
    expect(await boardRequests()).toBeGreaterThan(0);
    relay.signIn(ANN);
    await settle();
    expect(await boardRequests()).toBeGreaterThan(0);
    jest.advanceTimersByTime(UNATTENDED_AFTER_MS);
    expect(await boardRequests()).toBe(0);
    document.dispatchEvent(new Event('keydown'));
    expect(await boardRequests()).toBeGreaterThan(0);
  });

  it('keeps what was read while a later reading fails, and says what failed', async () => {
    await openDesk();
    await jest.advanceTimersByTimeAsync(POLL_MS);
    for (const call of pending('/conversations')) {
      call.flush({ message: 'Out of order.', code: 'internal' }, { status: 500, statusText: 'no' });
    }
    await answerAll();
    expect(said('desk-failure')[0]).toContain('Out of order.');
    expect(said('conversation')).toHaveLength(1);
  });

  it('changes the presence, and reads it again', async () => {
    await openDesk();
    choose('p-meal');
    type('Back at one');
    await click(one('save-presence'));
    await click(one('save-presence'));
    const [patch, second] = pending(PATCHED);
    expect([patch?.request.method, patch?.request.body, second]).toEqual([
      'PATCH',
      { presenceDefinition: { id: 'p-meal' }, message: 'Back at one' },
      undefined
    ]);
    expect(said('save-presence')).toEqual(['Saving…']);
    patch?.flush({});
    await settle();
    expect(said('presence-saved')).toEqual(['Your presence is now “Meal”.']);
    expect((one('new-message') as HTMLInputElement).value).toBe('');
    const [reread] = pending('/users/me?expand=presence,routingStatus');
    reread?.flush({ ...ME, presence: { presenceDefinition: { id: 'p-meal' }, message: 'Back at one' } });
    await settle();
    expect(said('presence')).toEqual(['Meal']);
    expect((one('new-presence') as HTMLSelectElement).value).toBe('p-meal');
  });

  it('says why the presence has not changed, and keeps what was typed', async () => {
    await openDesk();
    choose('p-meal');
    type('Back at one');
    await click(one('save-presence'));
    pending(PATCHED)[0]?.flush({ message: 'Not today.', code: 'not.authorized' }, { status: 403, statusText: 'no' });
    await settle();
    expect(said('presence-failure')[0]).toMatch(/^Your presence has not changed\. Not today\./);
    expect((one('new-message') as HTMLInputElement).value).toBe('Back at one');
    expect((one('new-presence') as HTMLSelectElement).value).toBe('p-meal');
  });

  it('the session ends in the middle of work: the page stays, and the failed action can be repeated', async () => {
    await openDesk();
    choose('p-meal');
    type('Back at one');
    const input = one('new-message') as HTMLInputElement;
    relay.fail('session_ended');
    await click(one('save-presence'));
    expect(said('sign-in-problem')[0]).toContain('Your session has ended.');
    expect(said('failure')).toEqual([]);
    expect([said('sign-in'), said('sign-out')]).toEqual([[], []]);
    expect(said('presence-failure')[0]).toContain('session_ended');
    expect(said('conversation')).toHaveLength(1);

    await click(one('sign-in-again'));
    expect(relay.navigations.at(-1)).toContain('genesys_sign_in_window');
    expect(said('sign-in-problem')).toHaveLength(1);
    relay.signIn(ANN);
    await answerAll();
    expect(said('sign-in-problem')).toEqual([]);
    expect([one('new-message'), input.value]).toEqual([input, 'Back at one']);
    await click(one('save-presence'));
    expect(pending(PATCHED)[0]?.request.body).toMatchObject({ message: 'Back at one' });
  });

  it('the board reads its figures again when the user is back', async () => {
    // The longest pauses after failures.
    jest.spyOn(Math, 'random').mockReturnValue(1);
    await openDesk();
    pending('/organizations/me');
    pending('/routing/queues?pageSize=100&pageNumber=1');
    relay.fail('session_ended');
    await jest.advanceTimersByTimeAsync(120_000);
    relay.signIn(ANN);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(pending('/routing/queues?pageSize=100&pageNumber=1')).toHaveLength(1);
  });

  it('ends with sign-out, which leaves the page for that of Genesys Cloud', async () => {
    // jsdom does not navigate. It reports that the page was to be left.
    const reported = jest.spyOn(console, 'error').mockReturnValue(undefined);
    await openDesk();
    await click(one('sign-out'));
    expect(String(reported.mock.calls[0]?.[0])).toContain('Not implemented: navigation');
    expect(all('presence')).toEqual([]);
    expect(said('sign-in')).toEqual(['Sign in']);
    // "Back" must not lead to the desk, which would start sign-in again.
    expect(path()).toBe('/');
  });

  it('ends with sign-out in another tab: nothing of the user stays', async () => {
    await openDesk();
    relay.signOut();
    await settle();
    expect(said('signed-out')[0]).toContain('You are signed out');
    expect(page.textContent).not.toContain('Until five');
    expect(page.textContent).not.toContain('Ann Archer');
  });

  it('says that sign-out has failed', async () => {
    await openDesk();
    relay.fail('relay_unreachable');
    await click(one('sign-out'));
    expect(page.querySelector('wb-user-menu [role=alert]')?.textContent).toContain('You are still signed in.');
  });
});

describe('a relay that signs nobody in', () => {
  it('has no button and no desk', async () => {
    TestBed.configureTestingModule({
      providers: [...boardProviders(CONFIG), provideHttpClientTesting(), boardRoutes(), provideLocationMocks()],
      deferBlockBehavior: DeferBlockBehavior.Manual
    });
    const fixture = TestBed.createComponent(App);
    const page: HTMLElement = fixture.nativeElement;
    await TestBed.inject(Router).navigateByUrl('/me');
    expect(TestBed.inject(Router).url).toBe('/');
    expect(page.querySelector('wb-user-menu, wb-sign-in-banner')).toBeNull();
    TestBed.resetTestingModule();
  });
});
