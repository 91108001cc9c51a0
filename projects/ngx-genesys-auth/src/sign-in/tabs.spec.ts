import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { EnvironmentInjector, createEnvironmentInjector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  GenesysAuthService,
  GenesysSignIn,
  genesysAuthInterceptor,
  provideGenesysAuth,
  withTabSync,
  ɵPAGE as PAGE
} from 'ngx-genesys-auth';
import { API, CONFIG, codeOf, observe, settle } from '../../test/app';
import { FakeChannel } from '../../test/fake-channel';
import { ANN, BOB, FakePage, QUEUES, sessionOf, signInFeatures } from '../../test/sign-in';

beforeEach(() => {
  sessionStorage.clear();
  FakeChannel.install();
});
afterEach(() => {
  FakeChannel.remove();
});

function openTab(path = '/', relay = '/genesys') {
  const page = new FakePage(path);
  const injector = createEnvironmentInjector(
    [
      { provide: PAGE, useValue: page },
      provideHttpClient(withInterceptors([genesysAuthInterceptor])),
      provideHttpClientTesting(),
      provideGenesysAuth({ ...CONFIG, relay }, ...signInFeatures(), withTabSync())
    ],
    TestBed.inject(EnvironmentInjector)
  );
  const network = injector.get(HttpTestingController);
  return {
    page,
    network,
    injector,
    auth: injector.get(GenesysAuthService),
    signIn: injector.get(GenesysSignIn),
    get: () => observe(injector.get(HttpClient).get(`${API}/api/v2/routing/queues`)),
    answer: async (user: typeof ANN | null) => {
      await settle();
      network.expectOne(`${relay}/session`).flush(sessionOf(user));
      await settle();
    }
  };
}

async function signOut(tab: ReturnType<typeof openTab>): Promise<void> {
  const left = tab.signIn.signOut();
  await settle();
  tab.network.expectOne('/genesys/sign-out').flush({ logoutUrl: 'https://login.test/' });
  await left;
}

describe('several tabs', () => {
  it('signing in in one tab signs in the others, which stay on their page', async () => {
    const one = openTab();
    await one.answer(null);
    const two = openTab('/?genesys_sign_in=ok');
    await two.answer(ANN);
    await one.answer(ANN);
    expect([one.signIn.user(), two.signIn.user()]).toEqual([ANN, ANN]);
    expect([one.page.done, two.page.done]).toEqual([[], []]);
    two.network.verify();
  });

  it('a session that has ended goes on after the user has signed in again in another window', async () => {
    const one = openTab();
    await one.answer(ANN);
    one.auth.renew().catch(() => undefined);
    await one.answer(null);
    expect(one.signIn.problem()?.code).toBe('session_ended');
    await openTab('/?genesys_sign_in_window=&genesys_sign_in=ok').answer(ANN);
    await one.answer(ANN);
    expect([one.signIn.user(), one.signIn.problem(), one.page.done]).toEqual([ANN, null, []]);
    one.get();
    expect(one.network.match(QUEUES)).toHaveLength(1);
  });

  it('signing out in one tab signs out the others, and their pending requests fail', async () => {
    const [one, two] = [openTab(), openTab()];
    await one.answer(ANN);
    await two.answer(ANN);
    const pending = two.get();
    const call = two.network.expectOne(QUEUES);
    await signOut(one);
    await settle();
    expect([two.signIn.user(), two.auth.scopes().size, two.signIn.problem()]).toEqual([null, 0, null]);
    expect([codeOf(pending.error), call.cancelled]).toEqual(['signed_out', true]);
    await two.answer(null);
    await one.answer(null);
    expect(two.signIn.user()).toBeNull();
  });

  it('a page of the first user is reloaded when another user signs in in another tab', async () => {
    const one = openTab();
    await one.answer(ANN);
    const pending = one.get();
    const call = one.network.expectOne(QUEUES);
    await openTab('/?genesys_sign_in=ok').answer(BOB);
    await one.answer(BOB);
    expect([codeOf(pending.error), call.cancelled, one.page.done]).toEqual(['signed_out', true, ['reload']]);
    expect(one.signIn.user()).toBeNull();
  });

  it('tabs of another relay, and destroyed ones, hear nothing', async () => {
    const [other, gone] = [openTab('/', '/other'), openTab()];
    await other.answer(null);
    await gone.answer(null);
    gone.injector.destroy();
    await openTab('/?genesys_sign_in=ok').answer(ANN);
    other.network.verify();
    gone.network.verify();
  });

  it('no message says who signed in', async () => {
    await openTab('/?genesys_sign_in=ok').answer(ANN);
    const said = FakeChannel.said.filter(({ name }) => name.includes('sign-in'));
    expect(said.map(({ data }) => data)).toEqual(['signed-in']);
  });

  it('works without BroadcastChannel', async () => {
    FakeChannel.remove();
    const one = openTab('/?genesys_sign_in=ok');
    await one.answer(ANN);
    await signOut(one);
    expect(one.signIn.user()).toBeNull();
  });

  it('ignores other messages on its channel', async () => {
    const one = openTab();
    await one.answer(ANN);
    const other = new FakeChannel('ngx-genesys-auth sign-in /genesys');
    for (const data of [null, {}, 'signed', { type: 'signed-out' }]) other.postMessage(data);
    await settle();
    expect(one.signIn.user()).toEqual(ANN);
    one.network.verify();
  });
});
