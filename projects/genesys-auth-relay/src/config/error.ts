/** One issue of the configuration. */
export interface ConfigIssue {
  /** Key in the configuration, for example `genesys.client.secret` or `identities[0].keys[1].sha256`. */
  readonly key: string;
  /** What is wrong. */
  readonly message: string;
  /** How to fix it. */
  readonly fix: string;
}

/**
 * The configuration is not valid, and the relay does not start. `message` lists every issue with its key and fix, and never holds a
 * secret.
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
