import type { ConfigIssue } from './config-texts';
import { GenesysAuthError } from './error';
import { plainMessage, quotedName } from './plain-message';

/** The configuration cannot work: one error that names every key and its fix. Code `config_invalid`. */
export class GenesysAuthConfigError extends GenesysAuthError {
  override readonly name = 'GenesysAuthConfigError';
  declare readonly code: 'config_invalid';
  /** The mistakes, at least one. */
  readonly issues: readonly ConfigIssue[];

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
