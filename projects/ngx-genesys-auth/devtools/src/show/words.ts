/** Time left until a date, as `1:05` or `2:00:09`; `0:00` when it is over. */
export function timeLeft(until: Date, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((until.getTime() - nowMs) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** The time of day, as `14:03:59`. */
export const clockTime = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;

/** A duration, as `41 ms` or `3.2 s`. */
export const duration = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

const two = (value: number): string => String(value).padStart(2, '0');
