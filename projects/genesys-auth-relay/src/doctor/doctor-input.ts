import type { Interpolated } from '../config/interpolated.ts';

/** Input of the doctor: a configuration as written, and its environment. */
export interface DoctorInput {
  readonly input: unknown;
  readonly env: NodeJS.ProcessEnv;
  readonly baseDir: string;
  /** The values of the file with `${NAME}`. */
  readonly interpolated?: readonly Interpolated[];
  /** Whether only the section `genesys` counts, because the rest was made up for flags. */
  readonly genesysOnly?: boolean;
  /** Name of the OAuth client to examine; default: all of them. */
  readonly client?: string;
}

/** The value at a path, or `undefined`. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = Reflect.get(here, key);
  }
  return here;
}

/** The value at a path, if it is a non-empty text. */
export const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
};

/** An OAuth client as written. */
export interface WrittenClient {
  readonly written: unknown;
  /** Key in the configuration. */
  readonly key: string;
  /** Its name; `undefined` for a single client. */
  readonly name: string | undefined;
}

/** The clients to examine: all of them, or the one with the requested name; empty when there is none. */
export function clientsOf({ input, client: wanted }: DoctorInput): readonly WrittenClient[] {
  const genesys = at(input, 'genesys');
  const several = at(genesys, 'clients');
  if (!Array.isArray(several) || several.length === 0) {
    return wanted === undefined ? [{ written: at(genesys, 'client'), key: 'genesys.client', name: undefined }] : [];
  }
  return several
    .map((written: unknown, index) => ({
      written,
      key: `genesys.clients[${index}]`,
      name: textAt(written, 'name') ?? `client-${index + 1}`
    }))
    .filter(({ name }) => wanted === undefined || name === wanted);
}
