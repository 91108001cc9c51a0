import { GenesysAuthError } from './error';
import { plainMessage, quotedName } from './reference';

/** One mistake in a configuration. */
export interface ConfigIssue {
  /** Where it is, for example `relay.timeoutMs` or `scopes[1]`. */
  readonly key: string;
  /** What is wrong. In production builds only the scopes at fault, if there are any. */
  readonly message: string;
  /** How to fix it. Empty in production builds. */
  readonly fix: string;
}

/** The configuration cannot work: one error that names every key and its fix. Code `config_invalid`. */
export class GenesysAuthConfigError extends GenesysAuthError {
  override readonly name = 'GenesysAuthConfigError';
  declare readonly code: 'config_invalid';
  /** The mistakes, at least one. */
  declare readonly issues: readonly ConfigIssue[];

  /** @param name the name of the configuration, if it has one */
  constructor(issues: readonly ConfigIssue[], name?: string) {
    super(
      'config_invalid',
      ngDevMode
        ? `The configuration ${name ? `"${name}" ` : ''}of ngx-genesys-auth is not valid:` +
            issues.map(({ key, message, fix }) => `\n  ${key}: ${message} ${fix}`).join('')
        : plainMessage('config_invalid', [
            ...(name === undefined ? [] : [`configuration ${quotedName(name)}`]),
            ...issues.map(({ key, message }) => `${key} ${message}`.trim())
          ]),
      { ...(ngDevMode && { hint: issues.map(({ key, fix }) => `${key}: ${fix}`).join(' ') }) }
    );
    this.issues = issues;
  }
}

/** The error for one mistake, in a configuration or in what is around it; in production without the words. */
export const wrongConfig = (key: string, message = '', fix = '') => new GenesysAuthConfigError([{ key, message, fix }]);
