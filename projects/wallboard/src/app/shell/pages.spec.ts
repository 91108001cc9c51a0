import { provideLocationMocks } from '@angular/common/testing';
import { type ComponentFixture, DeferBlockBehavior, TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { CONFIG, Wire, setVisible } from '../../testing/wire';
import { App } from './app';
import { boardRoutes } from './routes';

describe.each(['token', 'proxy'] as const)('the pages of the wallboard in %s mode', (mode) => {
  let wire: Wire;
  let fixture: ComponentFixture<App>;
  let page: HTMLElement;

  const all = (selector: string) => [...page.querySelectorAll<HTMLElement>(selector)];
  const said = (selector: string) => all(selector).map((element) => element.textContent.replace(/\s+/g, ' ').trim());
  const path = () => TestBed.inject(Router).url;
  const render = async () => {
    for (let round = 0; round < 3; round++) {
      await wire.settle();
      await jest.advanceTimersByTimeAsync(50);
      await fixture.whenStable();
    }
  };
  const click = async (element: HTMLElement | undefined) => {
    element?.click();
    await render();
  };
  const go = async (url: string) => {
    void TestBed.inject(Router).navigateByUrl(url);
    await render();
  };

  beforeEach(async () => {
    jest.useFakeTimers({ now: Date.parse('2026-11-23T12:00:00Z') });
    setVisible(true);
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: [...Wire.providers(mode), boardRoutes(), provideLocationMocks()],
      // jsdom has no canvas to draw on.
      deferBlockBehavior: DeferBlockBehavior.Manual
    });
    wire = new Wire();
    fixture = TestBed.createComponent(App);
    page = fixture.nativeElement;
    document.body.append(page);
    // The chunk of the route is loaded once: what imports it takes real time.
    await import('../agents/agents-page');
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    page.remove();
    jest.useRealTimers();
  });

  it('show the agents of the selected queue, behind a guard', async () => {
    await go('/');
    expect(all('[data-testid=agents-link]')).toEqual([]);
    await click(all('[data-testid=queue] button')[1]);
    await click(all('[data-testid=agents-link]')[0]);
    expect(path()).toBe('/queues/q1');
    expect(said('#agents-title')).toEqual(['Agents of Claims']);
    expect(said('[data-testid=agent]')).toEqual(['AnnInteracting', 'CemIdle']);
    await click(all('a.button')[0]);
    expect(path()).toBe('/');
  });

  it('call the API as the mode says: with a token, or over the relay without one', async () => {
    await go('/queues/q1');
    await go('/');
    void TestBed.inject(Router).navigateByUrl('/queues/q2');
    await jest.advanceTimersByTimeAsync(50);
    const [call] = wire.pending('members');
    expect(call?.request.url).toBe(
      `${mode === 'proxy' ? '/genesys' : CONFIG.apiOrigin}/api/v2/routing/queues/q2/members?pageSize=100`
    );
    expect(call?.request.headers.get('Authorization')).toBe(mode === 'proxy' ? null : 'Bearer token-1');
    expect(wire.seen.filter((one) => one === 'token' || one === 'session')).toEqual([
      mode === 'proxy' ? 'session' : 'token'
    ]);
  });

  it('name the scope that details of an agent need, where it is not granted', async () => {
    await go('/queues/q1');
    await click(all('[data-testid=agent]')[0]);
    expect(said('[data-testid=agent-details]')[0]).toContain(
      'Your role does not have the scope users:readonly, which details of an agent need.'
    );
    expect(wire.seen).not.toContain('routingstatus');
  });

  it('show details of an agent where users:readonly is granted', async () => {
    wire.granted = [...CONFIG.scopes, 'users:readonly'];
    await go('/queues/q1');
    expect(said('[data-testid=agent-details] p')).toEqual(['Select an agent.']);
    await click(all('[data-testid=agent]')[0]);
    expect(said('[data-testid=agent-details] h2')).toEqual(['Ann']);
    expect(said('[data-testid=agent-status]')[0]).toMatch(/^Interacting since \d\d:\d\d:\d\d$/);
  });

  it('lead to a page that says what is missing, without a call of the API', async () => {
    wire.granted = CONFIG.scopes.filter((scope) => scope !== 'routing:readonly');
    await go('/queues/q1');
    expect(path()).toBe('/no-access?scope=routing:readonly');
    expect(said('[data-testid=no-access] p')).toEqual([
      'Your role does not have the scope routing:readonly. Ask the administrator of the relay.'
    ]);
    expect(wire.seen).not.toContain('members');
  });

  it('lead to the board, which says why, while the relay cannot be asked', async () => {
    void TestBed.inject(Router).navigateByUrl('/queues/q1');
    await jest.advanceTimersByTimeAsync(0);
    wire.answer(mode === 'proxy' ? 'session' : 'token', null, 502);
    await jest.advanceTimersByTimeAsync(50);
    await fixture.whenStable();
    expect(path()).toBe('/');
    expect(said('[data-testid=failure]')[0]).toContain('Start the relay');
  });

  it('do not hide an error that is not about the relay', async () => {
    const router = TestBed.inject(Router);
    const broken = { path: 'broken', loadComponent: () => Promise.reject(new Error('The chunk is missing.')) };
    router.resetConfig([broken, ...router.config]);
    const navigated = expect(router.navigateByUrl('/broken')).rejects.toThrow('The chunk is missing.');
    await render();
    await navigated;
  });

  it('say what went wrong with the agents', async () => {
    await go('/');
    void TestBed.inject(Router).navigateByUrl('/queues/q1');
    await jest.advanceTimersByTimeAsync(50);
    wire.answer('members', { code: 'not.found', message: 'The queue is gone.' }, 404);
    await render();
    expect(said('[data-testid=agents-failure]')[0]).toContain('The queue is gone.');
    expect(said('[data-testid=agents-failure] code')).toEqual(['not.found']);
  });
});

describe.each([
  [
    'token',
    {
      caption: 'Token expires in',
      button: 'Renew now',
      foot: 'The client secret stays on the server; the token stays in memory.'
    }
  ],
  [
    'proxy',
    {
      caption: 'This check is valid for',
      button: 'Check now',
      foot: 'This page has no token: calls of the API go through the relay, which keeps token and client secret.'
    }
  ]
] as const)('the access panel in %s mode', (mode, words) => {
  it('says what is true', async () => {
    jest.useFakeTimers({ now: Date.parse('2026-11-23T12:00:00Z') });
    setVisible(true);
    TestBed.configureTestingModule({
      providers: [...Wire.providers(mode), boardRoutes(), provideLocationMocks()],
      deferBlockBehavior: DeferBlockBehavior.Manual
    });
    const wire = new Wire();
    const fixture = TestBed.createComponent(App);
    const page: HTMLElement = fixture.nativeElement;
    const said = (selector: string) =>
      [...page.querySelectorAll(selector)].map((element) => element.textContent.replace(/\s+/g, ' ').trim());
    TestBed.inject(Router).initialNavigation();
    await wire.settle();
    await jest.advanceTimersByTimeAsync(50);
    await fixture.whenStable();

    expect(said('[data-testid=auth-status]')).toEqual(['Ready']);
    expect(said('.caption')).toEqual([words.caption]);
    expect(said('[data-testid=renew]')).toEqual([words.button]);
    expect(said('[data-testid=access-foot]')).toEqual([words.foot]);
    expect(said('wb-countdown')[0]).toMatch(mode === 'proxy' ? /^(?:5:00|4:5\d)$/ : /^(?:1:00:00|59:5\d)$/);

    wire.seen.length = 0;
    page.querySelector<HTMLElement>('[data-testid=renew]')?.click();
    await wire.settle();
    expect(wire.seen.filter((call) => call === 'token' || call === 'session')).toEqual([
      mode === 'proxy' ? 'session' : 'token'
    ]);
    TestBed.resetTestingModule();
    jest.useRealTimers();
  });
});
