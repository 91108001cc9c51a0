import { TestBed } from '@angular/core/testing';
import type { Subscription } from 'rxjs';
import { setVisible } from '../../testing/wire';
import { UNATTENDED_AFTER_MS } from './pacing';
import { Page } from './page';

describe('a page', () => {
  let isAttended: boolean[];
  let subscription: Subscription;

  beforeEach(() => {
    jest.useFakeTimers();
    setVisible(true);
    isAttended = [];
    subscription = TestBed.inject(Page).attended$.subscribe((value) => isAttended.push(value));
  });
  afterEach(() => {
    subscription.unsubscribe();
    jest.useRealTimers();
  });

  it('is attended until some time after it was opened', () => {
    jest.advanceTimersByTime(UNATTENDED_AFTER_MS - 1);
    expect(isAttended).toEqual([true]);
    jest.advanceTimersByTime(1);
    expect(isAttended).toEqual([true, false]);
  });

  it.each(['pointerdown', 'keydown', 'wheel'])('is attended after %s', (type) => {
    jest.advanceTimersByTime(UNATTENDED_AFTER_MS - 1);
    document.dispatchEvent(new Event(type));
    jest.advanceTimersByTime(UNATTENDED_AFTER_MS - 1);
    expect(isAttended).toEqual([true]);
    jest.advanceTimersByTime(1);
    document.dispatchEvent(new Event(type));
    expect(isAttended).toEqual([true, false, true]);
  });

  it('is unattended while it is hidden', () => {
    setVisible(false);
    setVisible(true);
    expect(isAttended).toEqual([true, false, true]);
  });
});
