/** One mistake in a configuration. */
export interface ConfigIssue {
  /** Where it is, for example `relay.timeoutMs` or `scopes[1]`. */
  readonly key: string;
  /** What is wrong. In production builds only the scopes at fault, if there are any. */
  readonly message: string;
  /** How to fix it. Empty in production builds. */
  readonly fix: string;
}

type ConfigText = Omit<ConfigIssue, 'key'>;

/**
 * The texts of the mistakes that production builds find, too. Production builds do not contain the texts. Mistakes that only
 * development builds look for have their texts where they are found.
 */
const CONFIG_TEXTS = {
  notProvided: () => ({
    message: 'genesysAuthInterceptor runs, but nothing configures it.',
    fix: 'Add provideGenesysAuth({ ... }), or import GenesysAuthModule.forRoot({ ... }), where provideHttpClient() is.'
  }),
  unknownName: ({ name, known }: { name: string | undefined; known: readonly { name: string | undefined }[] }) => ({
    message: `there is no configuration "${name ?? ''}".`,
    fix: `Give one of ${known.map((one) => `"${one.name ?? ''}"`).join(', ')}.`
  }),
  notANumber: ({ least, most }: { least: number; most: number }) => ({
    message: 'it must be a number.',
    fix: `Give a number of at least ${least} and at most ${most}.`
  }),
  notAWholeNumber: ({ most }: { most: number }) => ({
    message: 'it must be a whole number.',
    fix: `Give 0 to ${most}.`
  }),
  unknownLevel: ({ levels }: { levels: readonly string[] }) => ({
    message: 'there is no such level.',
    fix: `Give one of ${levels.join(', ')}.`
  }),
  notAFunction: ({ example }: { example: string }) => ({
    message: 'it must be a function.',
    fix: `Give ${example}.`
  }),
  noSignIn: ({ name }: { name: string | undefined }) => ({
    message: name === undefined ? 'no configuration has withSignIn().' : `"${name}" does not have withSignIn().`,
    fix: 'Add withSignIn() to the features of provideGenesysAuth().'
  }),
  notAnAbsoluteUrl: ({ url }: { url: string }) => ({
    message: `"${url}" is not an absolute URL.`,
    fix: 'Give the URL at which this server reaches the relay, for example http://127.0.0.1:8080.'
  })
} satisfies Record<string, (facts: never) => ConfigText>;

/** A kind of mistake in a configuration. */
export type ConfigIssueKind = keyof typeof CONFIG_TEXTS;
/** What the text of a mistake needs. */
export type ConfigFacts<Kind extends ConfigIssueKind> = Parameters<(typeof CONFIG_TEXTS)[Kind]>[0];

const NO_TEXT: ConfigText = { message: '', fix: '' };

/** A mistake at a key of a configuration or of a feature's options. */
export function configIssue<Kind extends ConfigIssueKind>(
  key: string,
  kind: Kind,
  facts: ConfigFacts<Kind>
): ConfigIssue {
  return { key, ...(ngDevMode ? textOf(kind, facts) : NO_TEXT) };
}

// The table and the facts have the types of the same kind.
const textOf = (kind: ConfigIssueKind, facts: unknown): ConfigText =>
  (CONFIG_TEXTS[kind] as (facts: unknown) => ConfigText)(facts);
