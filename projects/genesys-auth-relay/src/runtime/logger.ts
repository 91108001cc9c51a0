import pino from 'pino';

let output: pino.DestinationStream | undefined;

/**
 * Standard output, which all loggers of the process share. sonic-boom collects lines for at most 100 ms, writes them without
 * blocking, and writes the last ones synchronously when the process ends.
 */
function standardOutput(): pino.DestinationStream {
  output ??= pino.destination({ dest: 1, sync: false, minLength: 8192, periodicFlush: 100 });
  return output;
}

/**
 * The default logger of the relay. It writes UTC times and no host name, and it redacts fields that may hold a secret.
 *
 * @param to where the lines go; default: standard output
 */
export const createLogger = (
  { log: { level } }: { readonly log: { readonly level: pino.LevelWithSilent } },
  to: pino.DestinationStream = standardOutput()
): pino.Logger =>
  pino(
    {
      level,
      base: { name: 'genesys-auth-relay' },
      redact: ['authorization', 'token', 'access_token', 'client_secret', 'secret', 'headers', 'body', 'url'],
      timestamp: pino.stdTimeFunctions.isoTime
    },
    to
  );
