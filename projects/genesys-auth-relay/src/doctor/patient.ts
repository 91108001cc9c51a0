/** What the doctor looks at: a configuration as written, in surroundings. */
export interface Patient {
  readonly input: unknown;
  readonly env: NodeJS.ProcessEnv;
  readonly baseDir: string;
  /** Only the section `genesys` is meant; the rest was made up for flags. */
  readonly genesysOnly?: boolean;
  /** Which of several OAuth clients is meant, by name; default: all of them. */
  readonly client?: string;
}

/** What is written at a path, or `undefined`. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = Reflect.get(here, key);
  }
  return here;
}

/** The same, if it is a text that is not empty. */
export const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
};

/** An OAuth client as it is written. */
export interface WrittenClient {
  readonly written: unknown;
  /** Where it is written. */
  readonly key: string;
  /** Its name; `undefined` for an only one. */
  readonly name: string | undefined;
}

/** The clients that are meant: all of them, or the one of the name that was asked for; empty when there is none. */
export function clientsOf({ input, client: wanted }: Patient): readonly WrittenClient[] {
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
