import { GenesysError } from '../http/errors.ts';
import { type RowTest, readFilter } from './filter.ts';
import { type Interval, cut, readInterval } from './interval.ts';
import { AGGREGATE_DIMENSIONS, AGGREGATE_METRICS } from './names.ts';
import { type Json, asList, asObject, namesOf, oneOf, optionalText } from './reading.ts';

/** A figure about a range of values only. */
export interface View {
  readonly name: string;
  readonly target: string;
  /** Inside. */
  readonly gte: number;
  /** Outside. */
  readonly lt: number;
}

/** A conversation aggregate query, read and checked. */
export interface AggregateQuery {
  readonly interval: Interval;
  /** The interval cut by the granularity, in order and without gaps. */
  readonly parts: readonly Interval[];
  readonly groupBy: readonly string[];
  readonly metrics: readonly string[];
  readonly views: readonly View[];
  readonly matches: RowTest;
}

/** Reads the body of a conversation aggregate query, or throws a 400 that says what is wrong with it. */
export function readAggregateQuery(body: unknown): AggregateQuery {
  const query = asObject(body, 'body');
  const interval = readInterval(optionalText(query['interval']));
  const metrics = namesOf(query['metrics'], 'metrics', AGGREGATE_METRICS, true);
  const groupBy = namesOf(query['groupBy'], 'groupBy', AGGREGATE_DIMENSIONS, false);
  const queryType = oneOf(query['queryType'] ?? 'groupBy', 'queryType', ['groupBy', 'topN', 'bottomN']);
  if (queryType !== 'groupBy') throw GenesysError.constraint(`this sandbox does not imitate queryType ${queryType}`);
  checkTimeZone(optionalText(query['timeZone']));
  const filter = query['filter'];
  return {
    interval,
    parts: cut(interval, optionalText(query['granularity'])),
    // Genesys splits by media type whether asked to or not.
    groupBy: [...new Set(['mediaType', ...groupBy])],
    metrics,
    views: asList(query['views'] ?? []).map((view) => readView(asObject(view, 'view'))),
    matches: filter === undefined || filter === null ? () => true : readFilter(filter, AGGREGATE_DIMENSIONS)
  };
}

function readView(view: Json): View {
  const name = optionalText(view['name']);
  if (name === undefined || name === '') throw GenesysError.constraint('name is required');
  oneOf(view['function'], 'function', ['rangeBound']);
  const range = asObject(view['range'], 'range');
  return {
    name,
    target: oneOf(view['target'], 'target', AGGREGATE_METRICS),
    gte: bound(range['gte'], -Infinity),
    lt: bound(range['lt'], Infinity)
  };
}

function bound(value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'number') return value;
  throw GenesysError.badRequest();
}

/** The centre answers in UTC; a zone that does not exist is an error all the same. */
function checkTimeZone(zone: string | undefined): void {
  if (zone === undefined) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw GenesysError.invalidValue(zone, 'timeZone', ['names of the IANA time zone database']);
  }
}
