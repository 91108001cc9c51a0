/** Stands where there is no figure. */
export const NO_FIGURE = '–';

/** A share between 0 and 1 as a whole percentage. Rounded down, so that "80 %" is never shown for a missed target. */
export function formatPercent(ratio: number | null): string {
  return ratio === null ? NO_FIGURE : `${Math.floor(ratio * 100 + 1e-9)} %`;
}

/** A span of milliseconds as `0:07`, `12:40` or `1:02:33`. Never negative: clocks of two machines differ a little. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A span for people who listen: `1 minute 5 seconds`. */
export function spokenSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second']
  ] as const;
  const said = parts.filter(([value]) => value > 0).map(([value, unit]) => `${value} ${unit}${value === 1 ? '' : 's'}`);
  return said.length === 0 ? '0 seconds' : said.join(' ');
}

/** A span of milliseconds as an ISO 8601 duration, for the `datetime` of a `<time>`. */
export function isoSpan(ms: number): string {
  return `PT${Math.max(0, Math.floor(ms / 1000))}S`;
}

/** Time of day, `14:05` or `14:05:09`, in the viewer's time zone and always with 24 hours. */
export function formatTime(at: number, withSeconds = false): string {
  return (withSeconds ? TIME_SECONDS : TIME).format(at);
}

/** Weekday and date, in the viewer's language. */
export function formatDay(at: number): string {
  return DAY.format(at);
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const TIME_SECONDS = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
