import { GenesysError } from '../http/errors.ts';

/** A JSON object as it came in. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as an object, or a 400. `undefined` means the field is missing. */
export function asObject(value: unknown, field: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  if (value === undefined || value === null) throw GenesysError.constraint(`${field} is required`);
  throw GenesysError.badRequest();
}

/** The value as a list, or a 400. */
export function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw GenesysError.badRequest();
}

/** A string out of `allowed`, or a 400 that lists them. */
export function oneOf<T extends string>(value: unknown, field: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  if (value === undefined || value === null) throw GenesysError.constraint(`${field} is required`);
  throw GenesysError.invalidValue(typeof value === 'string' ? value : JSON.stringify(value), field, allowed);
}

/** A list of names out of `allowed`: required and not empty if so said. Repeats are dropped. */
export function namesOf<T extends string>(
  value: unknown,
  field: string,
  allowed: readonly T[],
  required: boolean
): T[] {
  if (value === undefined || value === null) {
    if (required) throw GenesysError.constraint(`${field} is required`);
    return [];
  }
  const names = asList(value).map((entry) => oneOf(entry, field, allowed));
  if (required && names.length === 0) throw GenesysError.constraint(`${field} must not be empty`);
  return [...new Set(names)];
}

/** An optional string, or a 400. */
export function optionalText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw GenesysError.badRequest();
}
