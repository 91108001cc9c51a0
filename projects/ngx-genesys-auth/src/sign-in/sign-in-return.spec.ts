import { GenesysSignIn, isScopeDenied, provideGenesysAuth } from 'ngx-genesys-auth';
import { TestBed } from '@angular/core/testing';
import { CONFIG, codeOf, settle } from '../../test/app';
import { ANN, BOB, FakePage, ORIGIN, sessionOf, signInApp, signInFeatures } from '../../test/sign-in';

beforeEach(() => {
  sessionStorage.clear();
});

describe('the return from sign-in', () => {
  it.each([
    ['/deep?a=b%20c&genesys_sign_in=ok&d=+e#top', '/deep?a=b%20c&d=+e#top'],
    ['/?genesys_sign_in=ok', '/'],
    ['/?genesys_sign_in=nonsense&x', '/?x'],
    ['/?a=genesys_sign_in&my_genesys_sign_in=1', '/?a=genesys_sign_in&my_genesys_sign_in=1']
  ])('takes its parameter out of the URL and leaves the others as they are: %s', (before, after) => {
    const { page } = signInApp({ path: before });
    expect(page.url).toBe(ORIGIN + after);
  });

  it('takes it out before a configuration is loaded, as the router reads the URL', () => {
    const { page } = signInApp({
      path: '/?genesys_sign_in=ok',
      auth: [provideGenesysAuth(() => new Promise<never>(() => undefined), ...signInFeatures())]
    });
    expect(page.url).toBe(`${ORIGIN}/`);
  });

  it.each([
    ['sign_in_cancelled', 'sign_in_cancelled'],
    ['organization_not_allowed', 'organization_not_allowed'],
    ['sign_in_failed.unavailable', 'sign_in_failed'],
    ['policy_denied', 'relay_forbidden']
  ])('says why no user is signed in: %s', async (result, code) => {
    const { signIn, refuse } = signInApp({ path: `/?genesys_sign_in=${result}` });
    expect(codeOf(signIn.problem())).toBe(code);
    await refuse();
    expect([signIn.user(), signIn.problem()?.code]).toEqual([null, code]);
    expect(isScopeDenied(signIn.problem())).toBe(result === 'policy_denied');
    expect(signIn.problem()?.message).toContain(result === 'sign_in_failed.unavailable' ? 'unavailable' : '');
    await signIn.signIn();
    expect(signIn.problem()).toBeNull();
  });

  it('a user who is still signed in sees why another sign-in failed', async () => {
    const { signIn, answer } = signInApp({ path: '/?genesys_sign_in=sign_in_cancelled' });
    await answer(ANN);
    expect([signIn.user(), signIn.problem()?.code]).toEqual([ANN, 'sign_in_cancelled']);
  });

  it.each(['with roles for visitors', 'without'])('finds that cookies are blocked, at a relay %s', async (relay) => {
    const { signIn, answer, refuse, page } = signInApp({ path: '/?genesys_sign_in=ok' });
    await (relay === 'without' ? refuse() : answer(null));
    expect([signIn.user(), signIn.problem()?.code, page.done]).toEqual([null, 'cookies_blocked', []]);
  });

  it('finds no blocked cookies if the relay does not answer, or if the session ends later', async () => {
    const { signIn, network, auth, answer } = signInApp({ path: '/?genesys_sign_in=ok' });
    await settle();
    network.expectOne('/genesys/session').error(new ProgressEvent('error'));
    expect(signIn.problem()).toBeNull();
    auth.renew().catch(() => undefined);
    await answer(ANN);
    auth.renew().catch(() => undefined);
    await answer(null);
    expect(signIn.problem()?.code).toBe('session_ended');
  });

  it('belongs to the configuration that started it', async () => {
    const auth = [
      provideGenesysAuth({ ...CONFIG, name: 'us', relay: '/us' }, ...signInFeatures()),
      provideGenesysAuth({ ...CONFIG, name: 'emea', relay: '/emea' }, ...signInFeatures())
    ];
    const before = signInApp({ auth });
    await before.signIn.for('emea').signIn();
    TestBed.resetTestingModule();
    const { network, signIn } = signInApp({ auth, path: '/?genesys_sign_in=ok' });
    await settle();
    for (const relay of ['us', 'emea']) network.expectOne(`/${relay}/session`).flush(sessionOf(null));
    expect([signIn.problem(), signIn.for('emea').problem()?.code]).toEqual([null, 'cookies_blocked']);
  });

  it('a window that was opened for it closes itself, unless sign-in failed', async () => {
    const { page, answer } = signInApp({ path: '/?genesys_sign_in_window=&genesys_sign_in=ok' });
    expect([page.url, page.done]).toEqual([`${ORIGIN}/`, []]);
    await answer(ANN);
    expect(page.done).toEqual(['close']);
    TestBed.resetTestingModule();
    const failed = signInApp({ path: '/?genesys_sign_in_window=&genesys_sign_in=sign_in_cancelled' });
    await failed.answer(null);
    expect([failed.page.done, failed.signIn.problem()?.code]).toEqual([[], 'sign_in_cancelled']);
  });
});

it('a second try in a window that was opened for sign-in returns to that window', async () => {
  const { signIn, refuse, page } = signInApp({ path: '/?genesys_sign_in=sign_in_cancelled&genesys_sign_in_window=' });
  await refuse();
  await signIn.signIn();
  expect(page.done[0]).toMatch(/^go /);
  expect(page.signIn['return_to']).toBe(`${ORIGIN}/?genesys_sign_in_window=`);
});

describe('requireUser()', () => {
  it('is true for a user', async () => {
    const { signIn, answer, page } = signInApp();
    const required = signIn.requireUser();
    await answer(ANN);
    expect([await required, page.done]).toEqual([true, []]);
  });

  it.each(['with roles for visitors', 'without'])('starts sign-in at a relay %s', async (relay) => {
    const { signIn, answer, refuse, page } = signInApp();
    const required = signIn.requireUser('/target?x');
    await (relay === 'without' ? refuse() : answer(null));
    expect(await required).toBe(false);
    expect(page.signIn['return_to']).toBe(`${ORIGIN}/target?x`);
  });

  it('starts it again after a session has ended', async () => {
    const { signIn, answer, auth, page } = signInApp();
    await answer(ANN);
    auth.renew().catch(() => undefined);
    await answer(null);
    expect(await signIn.requireUser()).toBe(false);
    expect(page.done).toHaveLength(1);
  });

  it.each(['sign_in_cancelled', 'organization_not_allowed', 'sign_in_failed.refused', 'ok'])(
    'does not start it again by itself after %s',
    async (result) => {
      const { signIn, answer, page } = signInApp({ path: `/?genesys_sign_in=${result}` });
      const required = signIn.requireUser().catch((error: unknown) => error);
      await answer(null);
      expect(await required).toBe(signIn.problem());
      expect([signIn.problem()?.code, page.done]).toEqual([
        result === 'ok' ? 'cookies_blocked' : result.replace('.refused', ''),
        []
      ]);
      await signIn.signIn();
      expect(page.done).toHaveLength(1);
    }
  );

  it('does not start sign-in during an outage', async () => {
    const { signIn, network, page } = signInApp();
    const required = signIn.requireUser().catch((error: unknown) => error);
    await settle();
    network.expectOne('/genesys/session').flush(null, { status: 503, statusText: 'x' });
    expect([codeOf(await required), page.done]).toEqual(['relay_unavailable', []]);
  });

  it('a loop of redirects without a result stops, and a click starts again', async () => {
    jest.useFakeTimers({ now: 0, doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
    const load = async () => {
      TestBed.resetTestingModule();
      const app = signInApp();
      const required = app.signIn.requireUser().catch((error: unknown) => error);
      await app.answer(null);
      return { ...app, outcome: await required };
    };
    for (let redirect = 0; redirect < 3; redirect++) expect((await load()).outcome).toBe(false);
    const { outcome, signIn, page } = await load();
    expect([codeOf(outcome), signIn.problem(), page.done]).toEqual(['sign_in_failed', outcome, []]);
    expect(signIn.problem()?.message).toContain('several times');
    jest.advanceTimersByTime(60_000);
    expect((await load()).outcome).toBe(false);
    expect((await load()).outcome).toBe(false);
    expect((await load()).outcome).toBe(false);
    const last = await load();
    await last.signIn.signIn();
    expect(last.page.done).toHaveLength(1);
    expect((await load()).outcome).toBe(false);
    jest.useRealTimers();
  });

  it('a sign-in that succeeds ends the count', async () => {
    for (let visit = 0; visit < 5; visit++) {
      TestBed.resetTestingModule();
      const app = signInApp();
      const required = app.signIn.requireUser();
      await app.answer(null);
      expect(await required).toBe(false);
      TestBed.resetTestingModule();
      await signInApp({ path: '/?genesys_sign_in=ok' }).answer(BOB);
    }
  });

  it('works without storage', async () => {
    const broken = jest.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new Error('SecurityError');
    });
    const full = jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new Error('QuotaExceededError');
    });
    const page = new FakePage();
    const { signIn, answer } = signInApp({ page });
    const required = TestBed.inject(GenesysSignIn).requireUser();
    await answer(null);
    expect([await required, signIn.problem()]).toEqual([false, null]);
    broken.mockRestore();
    full.mockRestore();
  });
});
