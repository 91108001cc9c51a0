import { setTimeout as delay } from 'node:timers/promises';

/** Waits until a condition holds, and fails with its name when it does not hold in time. */
export async function until(holds, what, withinMs = 120_000) {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited ${withinMs / 1000} s in vain for ${what}`);
    await delay(20);
  }
}
