import type { ContactCentre } from '../centre/centre.ts';
import type { MetricEvent, RecordedMetric } from '../centre/metric-log.ts';
import { type QueuePlan, MEDIA_TYPES } from '../centre/plan.ts';
import { type AggregateQuery, readAggregateQuery } from './aggregate-query.ts';
import { type Derivation, DERIVATIONS, inTime } from './derived-metrics.ts';
import type { Row } from './filter.ts';
import { writeInterval } from './interval.ts';
import { type Statistics, ServiceLevel, Summary } from './statistics.ts';

/** Answers `POST /api/v2/analytics/conversations/aggregates/query` for a body. Nothing found: an empty object. */
export function queryAggregates(centre: ContactCentre, body: unknown): { readonly results?: readonly object[] } {
  const query = readAggregateQuery(body);
  const columns = columnsOf(query);
  const groups = new Map<string, Group>();
  const groupOf = grouping(centre, query, groups);
  let part = 0;
  centre.log.scan(query.interval.from, query.interval.to, (event) => {
    const queue = centre.plan.queues[event.queue];
    const group = groupOf(event);
    if (queue === undefined || group === undefined) return;
    // Entries come in order of time, and so do the parts.
    while (event.at >= (query.parts[part]?.to ?? Infinity)) part++;
    for (const column of columns.get(event.metric) ?? []) {
      if (column.derivation.when?.(event, queue) === false) continue;
      cell(group, part, column).add(event, queue);
    }
  });
  const results = [...groups.values()].filter((group) => group.parts.size > 0).map((group) => written(group, query));
  return results.length === 0 ? {} : { results };
}

/** One figure of the answer: a metric, or a view of one. */
interface Column {
  readonly list: 'metrics' | 'views';
  readonly name: string;
  readonly derivation: Derivation;
  readonly open: () => Statistics;
}

interface Group {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly parts: Map<number, Map<Column, Statistics>>;
}

/** The columns that an entry of the log feeds, by the entry's metric. */
function columnsOf({ metrics, views }: AggregateQuery): Map<RecordedMetric, Column[]> {
  const columns = [
    ...metrics.flatMap((name): Column[] => {
      if (name === 'oServiceLevel' || name === 'oServiceTarget') {
        const derivation: Derivation = { kind: 'count', from: ['tAnswered', 'tAbandon'] };
        return [{ list: 'metrics', name, derivation, open: () => new ServiceLevel(name === 'oServiceTarget', inTime) }];
      }
      const derivation = DERIVATIONS.get(name);
      // A metric that never happens here: valid, but without data, as with Genesys.
      return derivation === undefined ? [] : [plain('metrics', name, derivation)];
    }),
    ...views.flatMap(({ name, target, gte, lt }): Column[] => {
      const derivation = DERIVATIONS.get(target);
      if (derivation === undefined) return [];
      const when: Derivation['when'] = (event, queue) =>
        event.value >= gte && event.value < lt && derivation.when?.(event, queue) !== false;
      return [plain('views', name, { ...derivation, when })];
    })
  ];
  const byEntry = new Map<RecordedMetric, Column[]>();
  for (const column of columns)
    for (const metric of column.derivation.from) byEntry.set(metric, [...(byEntry.get(metric) ?? []), column]);
  return byEntry;
}

function plain(list: Column['list'], name: string, derivation: Derivation): Column {
  return { list, name, derivation, open: () => new Summary(derivation.kind) };
}

/** Finds the group an entry belongs to; the filter is asked once for each combination of queue, medium and agent. */
function grouping(
  centre: ContactCentre,
  { groupBy, matches }: AggregateQuery,
  groups: Map<string, Group>
): (event: MetricEvent) => Group | undefined {
  const known = new Map<number, Group | undefined>();
  return (event) => {
    const key = (event.queue * MEDIA_TYPES.length + event.media) * 0x10000 + event.agent + 1;
    if (known.has(key)) return known.get(key);
    const row = rowOf(centre, event);
    const group = matches(row) ? openGroup(groupBy, row, groups) : undefined;
    known.set(key, group);
    return group;
  };
}

function openGroup(groupBy: readonly string[], row: Row, groups: Map<string, Group>): Group {
  const dimensions: Record<string, string> = {};
  for (const dimension of groupBy) {
    const value = row(dimension);
    if (value !== undefined) dimensions[dimension] = value;
  }
  const key = JSON.stringify(dimensions);
  const group = groups.get(key) ?? { dimensions, parts: new Map<number, Map<Column, Statistics>>() };
  groups.set(key, group);
  return group;
}

function rowOf(centre: ContactCentre, event: MetricEvent): Row {
  const queue: QueuePlan | undefined = centre.plan.queues[event.queue];
  const values = new Map([
    ['queueId', queue?.id],
    ['divisionId', queue?.division.id],
    ['mediaType', MEDIA_TYPES[event.media]],
    ['userId', centre.plan.agents[event.agent]?.id],
    ['direction', 'inbound'],
    ['originatingDirection', 'inbound']
  ]);
  return (dimension) => values.get(dimension);
}

function cell(group: Group, part: number, column: Column): Statistics {
  const columns = group.parts.get(part) ?? new Map<Column, Statistics>();
  group.parts.set(part, columns);
  const statistics = columns.get(column) ?? column.open();
  columns.set(column, statistics);
  return statistics;
}

function written({ dimensions, parts }: Group, query: AggregateQuery): object {
  const data = [...parts].map(([index, columns]) => {
    const list = (which: Column['list']): [Column, Statistics][] =>
      [...columns].filter(([column]) => column.list === which);
    const views = list('views').map(([column, statistics]) => ({ name: column.name, stats: statistics.toJSON() }));
    return {
      interval: writeInterval(query.parts[index] ?? query.interval),
      metrics: list('metrics')
        .sort(([a], [b]) => query.metrics.indexOf(a.name) - query.metrics.indexOf(b.name))
        .map(([column, statistics]) => ({ metric: column.name, stats: statistics.toJSON() })),
      ...(views.length === 0 ? {} : { views })
    };
  });
  return { group: dimensions, data };
}
