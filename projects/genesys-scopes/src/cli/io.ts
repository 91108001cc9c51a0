/** What a command talks to, so that tests can listen. */
export interface CliIo {
  /** Folder that relative paths start from. */
  readonly cwd: string;
  out(text: string): void;
  err(text: string): void;
  /** Fetches an API description over HTTP. */
  readonly fetch: typeof fetch;
}

/**
 * Exit codes: nothing to complain about, something found, the command was not understood or could not run, or `audit` could
 * not read all sources and therefore says nothing about any.
 */
export const EXIT = { clean: 0, findings: 1, usage: 2, unread: 3 } as const;

/** The command line was not understood, or an input could not be read. Its message is shown as it is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** Stable code of this error. */
  readonly code = 'usage';
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
