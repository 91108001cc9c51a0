/** One thing that is wrong with the configuration. */
export interface ConfigIssue {
  /** Where, for example `genesys.client.secret` or `identities[0].keys[1].sha256`. */
  readonly key: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
}

/**
 * The relay does not start with this configuration. `message` is meant for people: it lists every issue with its key and
 * its fix, and never a secret.
 */
export class RelayConfigError extends Error {
  override readonly name = 'RelayConfigError';
  /** Stable code. */
  readonly code = 'config_invalid';
  /** Every issue found, not only the first. */
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    const count = issues.length === 1 ? '1 problem' : `${issues.length} problems`;
    const lines = issues.map(({ key, message, fix }) => `  ${key}: ${message}\n    fix: ${fix}`);
    super(`The configuration of the relay has ${count}:\n${lines.join('\n')}`);
    this.issues = issues;
  }
}
