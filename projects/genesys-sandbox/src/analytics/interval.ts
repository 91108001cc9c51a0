import { GenesysError } from '../http/errors.ts';

/** A stretch of time, milliseconds since the epoch: `from` inside, `to` outside. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

const DATE =
  /^(?<date>\d{4}-\d{2}-\d{2})(?:T(?<hour>\d{2})(?::(?<minute>\d{2})(?::(?<second>\d{2}(?:\.\d{1,9})?))?)?)?(?<offset>Z|[+-]\d{2}:?\d{2})?$/;
const PERIOD = /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const MAX_PARTS = 10_000;
const DAY_MS = 86_400_000;

/** Reads `start/end` in ISO 8601; a time without offset is UTC. */
export function readInterval(text: string | undefined): Interval {
  if (text === undefined || text === '') throw GenesysError.constraint('interval is required');
  const halves = text.split('/');
  const [from, to] = halves.map(readDate);
  if (from === undefined || to === undefined || halves.length !== 2)
    throw GenesysError.badRequest(
      'interval must be two dates with a slash between: yyyy-MM-ddTHH:mm:ss.SSSZ/yyyy-MM-ddTHH:mm:ss.SSSZ'
    );
  if (to <= from) throw GenesysError.badRequest('interval must end after it starts');
  return { from, to };
}

function readDate(text: string): number {
  const found = DATE.exec(text)?.groups;
  const { date = '', hour = '00', minute = '00', second = '00', offset = 'Z' } = found ?? {};
  const at = found === undefined ? NaN : Date.parse(`${date}T${hour}:${minute}:${second}${offset}`);
  // Date.parse turns 30 February into 2 March; such a day is a mistake.
  if (!Number.isNaN(at) && new Date(`${date}T00:00:00Z`).toISOString().startsWith(date)) return at;
  throw new GenesysError(
    400,
    'invalid.date',
    'Dates must be specified as ISO-8601 strings. For example: yyyy-MM-ddTHH:mm:ss.SSSZ'
  );
}

/** Cuts the interval into parts of `granularity` (an ISO 8601 period), from its start on; without one it stays whole. */
export function cut(interval: Interval, granularity: string | undefined): Interval[] {
  if (granularity === undefined) return [interval];
  const period = PERIOD.exec(granularity)
    ?.slice(1)
    .map((digits) => Number(digits || 0));
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = period ?? [];
  const calendar = years * 12 + months;
  const fixed = (weeks * 7 + days) * DAY_MS + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  if (period === undefined || !(calendar + fixed > 0) || calendar + fixed > Number.MAX_SAFE_INTEGER)
    throw GenesysError.badRequest('granularity must be an ISO-8601 period longer than zero, such as PT30M or P1D');
  const parts: Interval[] = [];
  let from = interval.from;
  for (let count = 1; from < interval.to; count++) {
    if (count > MAX_PARTS)
      throw GenesysError.badRequest(`interval and granularity must not make more than ${MAX_PARTS} parts`);
    const to = Math.min(interval.to, addMonths(interval.from, calendar * count) + fixed * count);
    parts.push({ from, to });
    from = to;
  }
  return parts;
}

function addMonths(at: number, months: number): number {
  if (months === 0) return at;
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months);
  // 31 January and a month is the last day of February.
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  const moved = date.getTime();
  return Number.isNaN(moved) ? Infinity : moved;
}

/** The interval as the API writes it. */
export function writeInterval({ from, to }: Interval): string {
  return `${new Date(from).toISOString()}/${new Date(to).toISOString()}`;
}
