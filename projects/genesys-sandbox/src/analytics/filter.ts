import { GenesysError } from '../http/errors.ts';
import { type Json, asList, asObject, oneOf, optionalText } from './reading.ts';

/** A row's value for a dimension; `undefined`: the row has none. */
export type Row = (dimension: string) => string | undefined;

/** A filter turned into a function once per query. */
export type RowTest = (row: Row) => boolean;

const MAX_PREDICATES = 2000;

/**
 * Reads an analytics filter: predicates and clauses joined by `and` or `or`, clauses one level deep. Throws a 400 for
 * anything else.
 */
export function readFilter(value: unknown, dimensions: readonly string[]): RowTest {
  const filter = asObject(value, 'filter');
  const budget = { left: MAX_PREDICATES };
  const clauses = list(filter['clauses']).map((clause) => readClause(asObject(clause, 'clause'), dimensions, budget));
  const predicates = list(filter['predicates']).map((predicate) => readPredicate(predicate, dimensions, budget));
  const tests = [...clauses, ...predicates];
  if (tests.length === 0) throw GenesysError.constraint('filter must have at least one predicate or clause');
  return join(filter, tests);
}

function readClause(clause: Json, dimensions: readonly string[], budget: { left: number }): RowTest {
  const tests = list(clause['predicates']).map((predicate) => readPredicate(predicate, dimensions, budget));
  if (tests.length === 0) throw GenesysError.constraint('clause must have at least one predicate');
  return join(clause, tests);
}

function join(node: Json, tests: readonly RowTest[]): RowTest {
  const name = optionalText(node['type']);
  // Examples in the wild write AND as well as and.
  const type = oneOf(name?.toLowerCase(), 'type', ['and', 'or']);
  return type === 'and' ? (row) => tests.every((test) => test(row)) : (row) => tests.some((test) => test(row));
}

function readPredicate(value: unknown, dimensions: readonly string[], budget: { left: number }): RowTest {
  if (--budget.left < 0) throw GenesysError.constraint(`filter must not have more than ${MAX_PREDICATES} predicates`);
  const predicate = asObject(value, 'predicate');
  oneOf(predicate['type'] ?? 'dimension', 'type', ['dimension']);
  const dimension = oneOf(predicate['dimension'], 'dimension', dimensions);
  const operator = oneOf(predicate['operator'] ?? 'matches', 'operator', ['matches', 'exists', 'notExists']);
  if (operator === 'exists') return (row) => row(dimension) !== undefined;
  if (operator === 'notExists') return (row) => row(dimension) === undefined;
  const wanted = optionalText(predicate['value'])?.toLowerCase();
  if (wanted === undefined || wanted === '') throw GenesysError.constraint('value is required');
  return (row) => row(dimension)?.toLowerCase() === wanted;
}

function list(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : asList(value);
}
