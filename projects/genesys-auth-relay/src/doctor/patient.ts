/** What the doctor looks at: a configuration as written, in surroundings. */
export interface Patient {
  readonly input: unknown;
  readonly env: NodeJS.ProcessEnv;
  readonly baseDir: string;
  /** Only the section `genesys` is meant; the rest was made up for flags. */
  readonly genesysOnly?: boolean;
  /** Which of several OAuth clients is meant, by name; default: the first. */
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

/** The OAuth client that is examined, as it is written. */
export interface WrittenClient {
  readonly written: unknown;
  /** Where it is written. */
  readonly key: string;
  /** Its name and those of the others; empty where there is but one. */
  readonly name: string;
  readonly names: readonly string[];
}

/** The client that is meant; `undefined` when there is none of that name. */
export function clientOf({ input, client: wanted }: Patient): WrittenClient | undefined {
  const genesys = at(input, 'genesys');
  const several = at(genesys, 'clients');
  if (!Array.isArray(several) || several.length === 0) {
    return wanted === undefined
      ? { written: at(genesys, 'client'), key: 'genesys.client', name: '', names: [] }
      : undefined;
  }
  const names = several.map((one: unknown, index) => textAt(one, 'name') ?? `client-${index + 1}`);
  const index = wanted === undefined ? 0 : names.indexOf(wanted);
  const name = names[index];
  return name === undefined ? undefined : { written: several[index], key: `genesys.clients[${index}]`, name, names };
}
