import { type Finding, finding } from './causes.ts';
import type { Answer } from './http-client.ts';

const WARN_MS = 5000;
const WRONG_MS = 60_000;

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

/**
 * Milliseconds by which the local clock is ahead of the server's (`Date`, which has whole seconds); `undefined` if the answer
 * does not show it, for example because it comes from a cache.
 */
export function clockSkew(answer: Answer): number | undefined {
  const date = Date.parse(answer.header('date') ?? '');
  if (Number.isNaN(date) || Number(answer.header('age') ?? '0') > 0) return undefined;
  return answer.at - (date + 500);
}

/** Whether the difference of the clocks may matter. */
export const isApart = (skewMs: number): boolean => Math.abs(skewMs) > WARN_MS;

const difference = (skewMs: number): string =>
  `The clock of this machine is ${inWords(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} the server's.`;

const FIX = 'Set the clock, and let NTP (chrony, systemd-timesyncd) keep it.';

/** The finding if an assertion by the server's clock has shown that the difference is the cause. */
export const clockCause = (skewMs: number): Finding =>
  finding(
    'clock_skew',
    `${difference(skewMs)} An assertion signed by the server's clock is accepted, so this is why the client is refused.`,
    FIX
  );

/** The finding for a difference of the clocks. */
export function judgeClock(skewMs: number): Finding | undefined {
  if (!isApart(skewMs)) return undefined;
  return finding(
    'clock_skew',
    `${difference(skewMs)} Tokens of callers (JWT) are then refused as expired or not yet valid, and times in logs do not match.`,
    FIX,
    Math.abs(skewMs) > WRONG_MS ? 'error' : 'warning'
  );
}
