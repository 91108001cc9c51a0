/** What is read of a log line; its text holds no secret and no token. */
interface LogLine {
  readonly event?: unknown;
  readonly msg?: unknown;
}

/**
 * A destination for the relay's log lines that prints one kind of them for a person: the relay gets no token. The page explains it
 * as well, but whoever starts the demo looks at the terminal.
 */
export const terminalLog = {
  write(line: string): void {
    const { event, msg } = JSON.parse(line) as LogLine;
    if (event === 'token_request_failed' && typeof msg === 'string') console.error(`The relay gets no token: ${msg}`);
  }
};
