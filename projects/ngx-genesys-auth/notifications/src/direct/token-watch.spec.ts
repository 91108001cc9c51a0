import { TestBed } from '@angular/core/testing';
import { ɵCONFIGURATION_REGISTRY as CONFIGURATION_REGISTRY } from 'ngx-genesys-auth';
import { createApp, grant } from '../../../test/app';
import { TokenWatch } from './token-watch';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

beforeEach(() => jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

describe('the watch over the token of a channel', () => {
  it.each([
    ['right', 0],
    ['set back by an hour', -HOUR]
  ])('renews the token before it ends, with a wall clock that is %s', (_name, jump) => {
    const { signIn, relayCall, network } = createApp();
    signIn('token-1', 600);
    const tokens = TestBed.inject(CONFIGURATION_REGISTRY).get().core!.tokens;
    const renewed = jest.fn();
    const watch = new TokenWatch(tokens, renewed);
    watch.begin(tokens.held());
    jest.advanceTimersByTime(10 * SECOND);
    jest.setSystemTime(Date.now() + jump);
    jest.advanceTimersByTime(544 * SECOND);
    network.verify();
    jest.advanceTimersByTime(SECOND);
    // The relay has not renewed its token yet. It is asked again in half the time that is left.
    grant(relayCall(), 'token-1', 45);
    expect(renewed).not.toHaveBeenCalled();
    jest.advanceTimersByTime(23 * SECOND);
    grant(relayCall(), 'token-2', 600);
    expect(renewed).toHaveBeenCalledTimes(1);
    watch.end();
    expect(jest.getTimerCount()).toBe(0);
  });
});
