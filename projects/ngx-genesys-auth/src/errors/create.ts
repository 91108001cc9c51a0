import { GenesysAuthConfigError } from './config-error';
import { type ConfigFacts, type ConfigIssueKind, configIssue } from './config-texts';
import { GenesysAuthError, type GenesysAuthErrorDetails } from './error';
import { GenesysScopeError } from './scope-error';
import { ERROR_TEXTS, type ErrorText } from './texts';

type Texts = typeof ERROR_TEXTS;
type ScopeCode = 'scope_not_configured' | 'scope_not_granted';
/** What the text of a code needs to know. */
type FactsOf<Code extends keyof Texts> = Parameters<Texts[Code]> extends [] ? object : Parameters<Texts[Code]>[0];

/** The details of an error. A message and a hint that are given here replace those of the library. */
interface Details extends GenesysAuthErrorDetails {
  readonly message?: string | undefined;
  readonly nearest?: string | undefined;
}

/**
 * Creates the error of a code, with its text in development builds.
 *
 * @param details the details of the error, and the facts that its text needs
 */
export function authError<Code extends Exclude<keyof Texts, ScopeCode>>(
  code: Code,
  ...[details]: object extends FactsOf<Code> ? [(FactsOf<Code> & Details)?] : [FactsOf<Code> & Details]
): GenesysAuthError {
  const explained: Details | undefined = ngDevMode ? withText(code, details) : details;
  return new GenesysAuthError(code, explained?.message ?? '', explained);
}

/** Creates the error of some scopes, with its text in development builds, see {@link authError}. */
export function scopeError<Code extends ScopeCode>(
  code: Code,
  scopes: readonly string[],
  details: Omit<FactsOf<Code>, 'scopes'> & Details
): GenesysScopeError {
  const explained: Details = ngDevMode ? withText(code, { ...details, scopes }) : details;
  return new GenesysScopeError(code, scopes, explained.message ?? '', explained);
}

/** Creates the error of one mistake in a configuration. */
export const configError = <Kind extends ConfigIssueKind>(key: string, kind: Kind, facts: ConfigFacts<Kind>) =>
  new GenesysAuthConfigError([configIssue(key, kind, facts)]);

function withText(code: keyof Texts, details: object = {}): Details {
  // The table and the facts among the details have the types of the same code.
  const text = (ERROR_TEXTS[code] as (facts: object) => ErrorText)(details);
  const { message = text.message, hint = text.hint }: Details = details;
  return { ...details, message, hint };
}
