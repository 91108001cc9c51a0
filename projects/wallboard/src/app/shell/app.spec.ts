import { provideLocationMocks } from '@angular/common/testing';
import { type ComponentFixture, DeferBlockBehavior, TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { Wire, setVisible } from '../../testing/wire';
import { POLL_MS } from '../live/pacing';
import { App } from './app';
import { boardRoutes } from './routes';

describe('App', () => {
  let wire: Wire;
  let fixture: ComponentFixture<App>;
  let page: HTMLElement;

  const all = (selector: string) => [...page.querySelectorAll<HTMLElement>(selector)];
  const one = (selector: string) => all(selector)[0]!;
  const said = (selector: string) => all(selector).map((element) => element.textContent.replace(/\s+/g, ' ').trim());
  const saidApart = (selector: string) =>
    all(selector).map((element) =>
      [...element.children]
        .map((part) => part.textContent.trim())
        .filter(Boolean)
        .join(' | ')
    );
  const names = () => said('[data-testid=queue] th');
  const key = (element: HTMLElement, name: string) =>
    element.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
  const render = async () => {
    await wire.settle();
    await jest.advanceTimersByTimeAsync(50);
    await fixture.whenStable();
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: Date.parse('2026-11-23T12:00:00Z') });
    jest.spyOn(Math, 'random').mockReturnValue(1);
    setVisible(true);
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: [...Wire.providers(), boardRoutes(), provideLocationMocks()],
      // jsdom has no canvas to draw on.
      deferBlockBehavior: DeferBlockBehavior.Manual
    });
    wire = new Wire();
    fixture = TestBed.createComponent(App);
    page = fixture.nativeElement;
    document.body.append(page);
    TestBed.inject(Router).initialNavigation();
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    page.remove();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('shows that it loads before there are figures', async () => {
    await jest.advanceTimersByTimeAsync(50);
    expect(one('[data-testid=loading]').getAttribute('aria-busy')).toBe('true');
    expect(said('[role=status]')).toEqual(['Connecting']);
    expect(said('[data-testid=total-waiting] .value')).toEqual(['–']);
  });

  it('shows every queue, the total, the organization and that it is live', async () => {
    await render();
    expect(names()).toEqual(['Billing', 'Claims', 'All queues']);
    expect(said('[data-testid=waiting]')).toEqual(['Waiting0', 'Waiting3', 'Waiting3']);
    expect(said('h1')).toEqual(['Harbour Insurance']);
    expect(said('[role=status]')).toEqual(['Every 5 s']);
    expect(said('[data-testid=total-on-queue] p')).toEqual(['Agents on queue', '4', '2 idle']);
  });

  it('says what is wrong with a queue in words, not only in colour', async () => {
    await render();
    expect(said('wb-status-badge')).toEqual(['On target', 'Wait over target', 'Wait over target']);
  });

  it('counts the oldest wait on between two looks', async () => {
    await render();
    const before = said('wb-wait-time time > [aria-hidden]')[0];
    await jest.advanceTimersByTimeAsync(2000);
    expect([before, said('wb-wait-time time > [aria-hidden]')[0]]).toEqual(['0:45', '0:47']);
  });

  it('keeps the element of a queue when its figures change', async () => {
    await render();
    const [first] = all('[data-testid=queue]');
    wire.waiting = 7;
    await jest.advanceTimersByTimeAsync(POLL_MS);
    await render();
    expect(said('[data-testid=waiting]')[1]).toBe('Waiting8');
    expect(all('[data-testid=queue]')[0]).toBe(first);
  });

  it('sorts by a column and says so', async () => {
    await render();
    one('th.waiting button').click();
    await render();
    expect(names()).toEqual(['Claims', 'Billing', 'All queues']);
    expect(one('th.waiting').getAttribute('aria-sort')).toBe('descending');
    expect(one('th.name[scope=col]').getAttribute('aria-sort')).toBe('none');
  });

  it('selects queues by the arrow keys, with one tab stop for the list', async () => {
    await render();
    const stops = all('[data-stop]');
    expect(stops.map((stop) => stop.tabIndex)).toEqual([-1, -1, 0]);
    stops[2]!.focus();
    key(stops[2]!, 'ArrowUp');
    await render();
    expect(document.activeElement).toBe(stops[1]);
    expect(said('#trend-title')).toEqual(['Claims']);
    expect(stops.map((stop) => stop.getAttribute('aria-pressed'))).toEqual(['false', 'true', 'false']);
    key(stops[1]!, 'Home');
    key(stops[0]!, 'ArrowUp');
    expect(document.activeElement).toBe(stops[0]);
    key(stops[0]!, 'End');
    expect(document.activeElement).toBe(stops[2]);
  });

  it('tells a failure with its hint, keeps the figures, and tries again on request', async () => {
    await render();
    await jest.advanceTimersByTimeAsync(POLL_MS);
    wire.answer('observations', { code: 'internal.server.error', message: 'Oops' }, 500, {
      'ININ-Correlation-Id': 'c-7'
    });
    await jest.advanceTimersByTimeAsync(50);
    const [banner] = said('[data-testid=failure]');
    expect(banner).toContain('Oops');
    expect(banner).toContain('The fault is on Genesys Cloud’s side.');
    expect(banner).toContain('c-7');
    expect(names()).toHaveLength(3);
    await jest.advanceTimersByTimeAsync(1400);
    one('[data-testid=failure] button').click();
    await jest.advanceTimersByTimeAsync(100);
    await render();
    expect(all('[data-testid=failure]')).toEqual([]);
  });

  it('says since when it is stale, once, not every second', async () => {
    await render();
    for (let failures = 0; failures < 12; failures++) {
      await jest.advanceTimersByTimeAsync(2500);
      wire.answer('observations', null, 503);
    }
    const [told] = said('[role=status]');
    expect(told).toMatch(/^Stale since \d\d:\d\d:\d\d$/);
    await jest.advanceTimersByTimeAsync(3000);
    expect(said('[role=status]')).toEqual([told]);
    expect(one('.queues').classList).toContain('stale');
    const wait = said('wb-wait-time time > [aria-hidden]')[0];
    expect(wait).toBe('0:45');
  });

  it('says plainly that there are no queues', async () => {
    await jest.advanceTimersByTimeAsync(0);
    wire.answer('token');
    await jest.advanceTimersByTimeAsync(0);
    wire.answer('queues', { entities: [], pageNumber: 1, pageCount: 0 });
    await render();
    expect(said('[data-testid=empty]')[0]).toContain('No queues.');
    expect(said('[role=status]')).toEqual(['Every 5 s']);
  });

  it('shows which scopes were granted and which were not', async () => {
    await render();
    expect(said('[data-testid=auth-status]')).toEqual(['Ready']);
    expect(saidApart('[data-testid=scope]')).toEqual([
      'analytics:readonly | granted',
      'notifications | granted',
      'organization:readonly | granted',
      'routing:readonly | granted',
      'users:readonly | missing, optional'
    ]);
  });

  it('counts down to the end of the token and renews it on request', async () => {
    await render();
    expect(said('wb-countdown')[0]).toMatch(/^(?:1:00:00|59:5\d)$/);
    await jest.advanceTimersByTimeAsync(20 * 60_000);
    await render();
    wire.seen.length = 0;
    one('[data-testid=renew]').click();
    await render();
    expect(wire.seen.filter((call) => call === 'token')).toHaveLength(1);
    expect(said('wb-countdown')[0]).toMatch(/^(?:1:00:00|59:5\d)$/);
  });

  it('shows the error of a renewal that failed, with its hint, while the board goes on', async () => {
    await render();
    one('[data-testid=renew]').click();
    await jest.advanceTimersByTimeAsync(0);
    wire.answer('token', null, 500);
    await jest.advanceTimersByTimeAsync(50);
    expect(said('[data-testid=auth-error] code')).toEqual(['relay_unavailable']);
    expect(said('[data-testid=auth-error] p').every((line) => line !== '')).toBe(true);
    expect(said('[role=status]')).toEqual(['Every 5 s']);
  });

  it('never shows the token', async () => {
    await render();
    expect(document.documentElement.outerHTML).not.toContain('token-1');
  });

  it('changes the theme and remembers it', async () => {
    await render();
    one('input[name=theme][value=dark]').click();
    await render();
    expect(document.documentElement.dataset['theme']).toBe('dark');
    expect(localStorage.getItem('wallboard.theme')).toBe('dark');
  });
});
