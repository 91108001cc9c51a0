import fc from 'fast-check';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RelayConfigError, parseRelayConfig } from '../index.ts';

const ENV = { GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: 'secret' };
const example = (): unknown => parse(readFileSync(join(__dirname, '../../relay.example.yaml'), 'utf8'));

/** Every place in a document, as a path of keys. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

function replace(document: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy: unknown = Array.isArray(document) ? [...(document as unknown[])] : { ...(document as object) };
  Reflect.set(copy as object, key, replace(Reflect.get(copy as object, key), rest, value));
  return copy;
}

const taken = (input: unknown) => {
  try {
    parseRelayConfig(input, ENV);
    return true;
  } catch (error) {
    // Anything else is a crash that names neither key nor fix.
    expect(error).toBeInstanceOf(RelayConfigError);
    for (const { key, message, fix } of (error as RelayConfigError).issues) {
      expect([key, message, fix]).not.toContain('');
    }
    return false;
  }
};

describe('a configuration of any shape', () => {
  it('is taken as the example has it', () => {
    expect(parseRelayConfig(example(), ENV).warnings).toEqual([]);
  });

  it('is refused in words when it is something else', () => {
    fc.assert(fc.property(fc.anything(), (input) => !taken(input)));
  });

  it('is refused or taken in words when any place of the example holds something else', () => {
    const value = fc.oneof(
      fc.anything(),
      fc.string(),
      fc.constantFrom('', ' ', '*', '__proto__', null, [], {}, [[]], -1, 1e99)
    );
    fc.assert(
      fc.property(fc.constantFrom(...places(example())), value, (path, other) => {
        taken(replace(example(), path, other));
      }),
      { numRuns: 400 }
    );
  });

  it('is refused when any key of the example is misspelt', () => {
    for (const path of places(example()).filter(
      (at) => at.length > 0 && at[0] !== 'roles' && !/^\d+$/.test(at.at(-1)!)
    )) {
      const owner = path.slice(0, -1);
      const misspelt = replace(example(), [...owner, `${path.at(-1)!}x`], 'anything');
      expect(taken(misspelt)).toBe(false);
    }
  });
});
