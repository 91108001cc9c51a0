import {
  HttpBackend,
  HttpClient,
  HttpContextToken,
  HttpErrorResponse,
  type HttpInterceptorFn,
  provideHttpClient,
  withInterceptors
} from '@angular/common/http';
import { inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  type GenesysAuthConfig,
  GenesysAuthError,
  type GenesysAuthEvent,
  GenesysAuthService,
  genesysAuthInterceptor,
  genesysScopes,
  provideGenesysAuth,
  withProxyMode,
  withRetry
} from 'ngx-genesys-auth';
import { type Observable, type Subscription, defer, retry } from 'rxjs';
import { API, CONFIG, settle } from '../app';
import { type Call, Network } from './network';

/** What a run is about. */
export interface Setting {
  readonly mode: 'token' | 'proxy';
  /** Whether the configuration is loaded at run time. */
  readonly isLoaded: boolean;
  /** With `withRetry()`. */
  readonly retries: boolean;
  /** With an interceptor of the app that subscribes to failed requests again. */
  readonly outerRetry: boolean;
  /** With such an interceptor after ours. */
  readonly innerRetry: boolean;
  /** Whether all callers leave at the end; otherwise they get their answers. */
  readonly leaves: boolean;
}

/** Something that the relay granted: a token, or in proxy mode the session. */
interface Grant {
  /** When it ends, in true time. Its life is counted from the question. */
  readonly endsAtMs: number;
  /** How often clear() had been called when the relay was asked. */
  readonly generation: number;
}

export type EventType = GenesysAuthEvent['type'];

const CONFIG_URL = '/genesys.json';
const LOADED_CONFIG: GenesysAuthConfig = { ...CONFIG, optionalScopes: ['users'] };
const SESSION_SECONDS = 300;
/** In which generation a request was subscribed to. */
const SUBSCRIBED_IN = new HttpContextToken<number>(() => -1);
/** How many calls to the relay had failed when a request was subscribed to. */
const FAILURES_BEFORE = new HttpContextToken<number>(() => -1);
/** Whether a request has been sent once. */
const WAS_SENT = new HttpContextToken(() => false);

/**
 * An app with the library, whose network and clocks are in the hands of the test. It notes itself what was granted, when, and
 * how often clear() was called, and compares everything that leaves the app with that.
 */
export class World {
  readonly setting: Setting;
  readonly network = new Network(
    () => ({ realMs: this.#realMs, generation: this.#clears }),
    (call) => {
      this.#sent(call);
    }
  );
  readonly violations: string[] = [];
  readonly #auth: GenesysAuthService;
  readonly #http: HttpClient;
  readonly #grants = new Map<string, Grant>();
  readonly #pending = new Map<number, Subscription | undefined>();
  readonly #onEvent = new Map<EventType, () => void>();
  #onSend: (() => void) | undefined;
  #hasAnsweredAtOnce = false;
  #failures = 0;
  #answerAtOnce: ((call: Call) => void) | undefined;
  #sleptMs = 0;
  #wrongByMs = 0;
  #clears = 0;
  /** The generation in which the app asked for something last. */
  #begunIn = -1;
  #requests = 0;
  #errors = 0;
  #tokens = 0;
  #last: Grant | undefined;
  #isRenewing = false;
  #isOver = false;

  constructor(setting: Setting) {
    this.setting = setting;
    const tagged: HttpInterceptorFn = (request, next) => {
      // Once for all subscriptions, as an interceptor of an app does. Clones share the context.
      const events = next(request);
      // Calls to the relay are made by the library, not by the app.
      if (!request.url.startsWith(API)) return events;
      return defer(() => {
        request.context.set(SUBSCRIBED_IN, this.#begin()).set(FAILURES_BEFORE, this.#failures);
        return events;
      });
    };
    const repeatIf =
      (isOn: boolean, path: string): HttpInterceptorFn =>
      (request, next) =>
        isOn && request.url.includes(path) ? next(request).pipe(retry({ count: 2, delay: 20_000 })) : next(request);
    const outer = repeatIf(setting.outerRetry, API);
    // In proxy mode the request is on its way to the relay.
    const inner = repeatIf(setting.innerRetry, '/api/v2/');
    const load = () => inject(HttpClient).get<GenesysAuthConfig>(CONFIG_URL);
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([outer, tagged, genesysAuthInterceptor, inner])),
        { provide: HttpBackend, useValue: this.network },
        provideGenesysAuth(
          setting.isLoaded ? load : LOADED_CONFIG,
          ...(setting.mode === 'proxy' ? [withProxyMode()] : []),
          ...(setting.retries ? [withRetry()] : [])
        )
      ]
    });
    this.#auth = TestBed.inject(GenesysAuthService);
    this.#http = TestBed.inject(HttpClient);
    this.#auth.events$.subscribe({
      next: ({ type }) => {
        this.#noticed(type);
      },
      complete: () => (this.#isOver = true)
    });
  }

  /** The true time, whatever the wall clock says. */
  get #realMs(): number {
    return performance.now() + this.#sleptMs;
  }

  get relayCalls(): readonly Call[] {
    return [...this.network.open].filter((call) => isRelayCall(call));
  }

  get apiCalls(): readonly Call[] {
    return [...this.network.open].filter((call) => !isRelayCall(call) && !isConfigCall(call));
  }

  /** Answers the call for the configuration, if one is open. */
  answerConfig(answer: (call: Call) => void): void {
    for (const call of this.network.open) if (isConfigCall(call)) answer(call);
  }

  configure(): void {
    this.answerConfig((call) => {
      call.succeed(LOADED_CONFIG);
    });
  }

  request(method: 'GET' | 'POST' | 'DELETE', ...scopes: readonly string[]): void {
    const context = scopes.length > 0 ? { context: genesysScopes(...scopes) } : {};
    this.#follow(this.#http.request(method, `${API}/api/v2/things/${this.#requests}`, context));
  }

  /** The caller of a request leaves. */
  leave(index: number): void {
    const ids = [...this.#pending.keys()].filter((id) => this.#pending.get(id));
    const id = ids[index % ids.length];
    if (id === undefined) return;
    this.#pending.get(id)?.unsubscribe();
    this.#pending.delete(id);
  }

  token(): void {
    const generation = this.#begin();
    this.#await(this.#auth.token('routing'), (token) => {
      if (this.#grants.get(token)?.generation !== generation) this.violations.push('token() crossed clear()');
    });
  }

  ensureScopes(...scopes: readonly string[]): void {
    this.#begin();
    this.#await(this.#auth.ensureScopes(...scopes));
  }

  renew(): void {
    this.#begin();
    this.#await(this.#auth.renew());
  }

  clear(): void {
    this.#clears++;
    this.#auth.clear();
  }

  /** Does something, once, inside of a subscriber of events$. */
  onEvent(type: EventType, action: () => void): void {
    this.#onEvent.set(type, action);
  }

  /** Does something, once, as soon as a request for the API has left. */
  onSend(action: () => void): void {
    this.#onSend = action;
  }

  /** From now on the relay answers synchronously; `undefined`: it takes its time. */
  answerAtOnce(answer: ((call: Call) => void) | undefined): void {
    this.#answerAtOnce = answer;
  }

  grant(call: Call, lifetimeSeconds: number, scopes: readonly string[], sameToken: boolean): void {
    const isProxy = this.setting.mode === 'proxy';
    const { generation, sentAtMs } = call;
    const before = sameToken && this.#last?.generation === generation ? this.#last : undefined;
    if (!before) this.#tokens++;
    const token = `token-${this.#tokens}`;
    // A token with too few scopes must not be used.
    if (CONFIG.scopes.every((scope) => scopes.includes(scope))) {
      const endsAtMs = sentAtMs + (isProxy ? SESSION_SECONDS : lifetimeSeconds) * 1000;
      this.#last = { generation, endsAtMs: Math.max(endsAtMs, before?.endsAtMs ?? 0) };
      this.#grants.set(token, this.#last);
    }
    call.succeed(
      isProxy
        ? {
            ...{ subject: 'ann', identity: 'jwt', roles: [], defaultScopes: [], scopes },
            ...{ region: CONFIG.region, apiOrigin: API, mode: 'proxy' }
          }
        : { access_token: token, token_type: 'Bearer', expires_in: lifetimeSeconds, scope: scopes.join(' ') }
    );
  }

  async advance(ms: number): Promise<void> {
    jest.advanceTimersByTime(ms);
    await settle();
  }

  /** Time passes until the token ends, or until a moment before or after that. */
  async advanceToTheEnd(byMs: number): Promise<void> {
    const ms = (this.#last?.endsAtMs ?? 0) + byMs - this.#realMs;
    if (ms > 0) await this.advance(ms);
  }

  /** Time passes, but the monotonic clock and the timers stand still. */
  sleep(ms: number): void {
    this.#sleptMs += ms;
    jest.setSystemTime(Date.now() + ms);
  }

  /** Somebody sets the clock; no time passes. From now on it is wrong by so much. */
  setWallClock(wrongByMs: number): void {
    jest.setSystemTime(Date.now() + wrongByMs - this.#wrongByMs);
    this.#wrongByMs = wrongByMs;
  }

  /** What must hold after each step. */
  check(): void {
    const { status, scopes, expiresAt } = this.#auth;
    if (status() === 'ready' && (scopes().size === 0 || expiresAt() === null)) {
      this.violations.push('the status is ready without a token');
    }
    if (scopes().size > 0 && this.#last?.generation !== this.#clears) {
      this.violations.push('scopes of a token from before clear() are shown');
    }
    if (this.relayCalls.length > 0 && status() !== 'renewing') {
      this.violations.push(`the status is ${status()} while the relay is asked`);
    }
    // Not by expect(), which takes most of the time when it is called so often.
    if (this.violations.length > 0) throw new Error(this.violations.join('; '));
  }

  /** Answers everything, and sees that the library recovers and leaves nothing behind. */
  async end(): Promise<void> {
    this.#onEvent.clear();
    this.#onSend = this.#answerAtOnce = undefined;
    if (this.setting.leaves) {
      while ([...this.#pending.values()].some(Boolean)) this.leave(0);
      this.configure();
      for (const call of this.relayCalls) this.grant(call, 3600, ['analytics', 'routing'], false);
      await settle();
    } else await this.#answerAll();
    await this.#expectNothingLeft();
    // The pause after failures is over.
    await this.advance(60_000);
    const errors = this.#errors;
    this.request('GET');
    await this.#answerAll();
    if (this.#errors > errors) throw new Error('a request fails although relay and API work');
    await this.#expectNothingLeft();
    TestBed.resetTestingModule();
    expect(this.#isOver).toBe(true);
  }

  async #expectNothingLeft(): Promise<void> {
    // Angular itself schedules a change detection, which takes a frame.
    await this.advance(20);
    expect({ pending: this.#pending.size, open: this.network.open.size, timers: jest.getTimerCount() }).toEqual({
      pending: 0,
      open: 0,
      timers: 0
    });
  }

  async #answerAll(): Promise<void> {
    for (let round = 0; round < 40 && (this.#pending.size > 0 || this.network.open.size > 0); round++) {
      this.configure();
      for (const call of this.relayCalls) this.grant(call, 3600, ['analytics', 'routing'], false);
      for (const call of this.apiCalls) call.succeed('ok');
      await this.advance(20_000);
      this.check();
    }
  }

  #begin(): number {
    return (this.#begunIn = this.#clears);
  }

  #noticed(type: EventType): void {
    if (type === 'renewing') {
      if (this.#isRenewing) this.violations.push('two renewals at a time are reported');
      this.#isRenewing = true;
    } else if (type !== 'warning') this.#isRenewing = false;
    if (type === 'failed') this.#failures += 1;
    const action = this.#onEvent.get(type);
    this.#onEvent.delete(type);
    action?.();
  }

  #sent(call: Call): void {
    if (isConfigCall(call)) return;
    if (isRelayCall(call)) {
      if (this.relayCalls.length > 1) this.violations.push('two relay calls at a time');
      if (this.#begunIn !== this.#clears)
        this.violations.push('the relay is asked, but nobody needs a token since clear()');
      if (this.#answerAtOnce) this.#hasAnsweredAtOnce = true;
      this.#answerAtOnce?.(call);
      return;
    }
    const { headers, context } = call.request;
    if (context.get(SUBSCRIBED_IN) !== this.#clears) this.violations.push('a retry or replay crossed clear()');
    // The relay may deny the scopes after a request has got its token: an interceptor after the library's repeats it, or the relay
    // answers at once, as only in tests. A request that is subscribed to later is never sent.
    const isRepeated = this.setting.innerRetry && context.get(WAS_SENT);
    context.set(WAS_SENT, true);
    const deniedSince = this.#failures > context.get(FAILURES_BEFORE) && (isRepeated || this.#hasAnsweredAtOnce);
    if (this.#auth.scopes().size === 0 && !deniedSince)
      this.violations.push('a request is sent while no scopes are shown');
    const authorization = headers.get('Authorization');
    if (this.setting.mode === 'token') this.#judge(this.#grants.get(authorization?.replace('Bearer ', '') ?? ''));
    else {
      if (authorization !== null) this.violations.push('a token in proxy mode');
      this.#judge(this.#last);
    }
    const action = this.#onSend;
    this.#onSend = undefined;
    action?.();
  }

  #judge(grant: Grant | undefined): void {
    if (!grant) this.violations.push('a request without a grant');
    else if (grant.generation !== this.#clears) this.violations.push('a request with a token from before clear()');
    else if (this.#realMs >= grant.endsAtMs) this.violations.push('a request with an expired token');
  }

  #follow(events: Observable<unknown>): void {
    const id = ++this.#requests;
    this.#pending.set(id, undefined);
    const end = (): void => {
      this.#pending.delete(id);
    };
    const subscription = events.subscribe({
      error: (error: unknown) => {
        end();
        this.#judgeError(error);
      },
      complete: end
    });
    if (this.#pending.has(id)) this.#pending.set(id, subscription);
  }

  #await<T>(promise: Promise<T>, judge: (value: T) => void = () => undefined): void {
    const id = ++this.#requests;
    this.#pending.set(id, undefined);
    promise
      .then(judge, (error: unknown) => {
        this.#judgeError(error);
      })
      .finally(() => {
        this.#pending.delete(id);
      });
  }

  #judgeError(error: unknown): void {
    this.#errors++;
    if (error instanceof GenesysAuthError || error instanceof HttpErrorResponse) return;
    this.violations.push(`an unexpected error: ${String(error)}`);
  }
}

const isRelayCall = ({ request }: Call): boolean => /^\/genesys\/(token|session)$/.test(request.url);

const isConfigCall = ({ request }: Call): boolean => request.url === CONFIG_URL;
