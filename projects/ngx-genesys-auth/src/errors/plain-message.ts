/** The page that explains every error: the anchor is its code. */
export const ERROR_REFERENCE = 'https://github.com/ngx-genesys-auth/ngx-genesys-auth/blob/main/docs/errors.md';

/**
 * The message of an error in a production build, which has no sentences: the code, the scopes or configuration keys at fault
 * and the link. A log shows the message, but often not the other properties of an error.
 */
export const plainMessage = (code: string, atFault: readonly string[] = []): string =>
  `${code}${atFault.length > 0 ? `: ${atFault.join(', ')}` : ''}, see ${ERROR_REFERENCE}#${code}`;

/** A name from outside in quotes. A line break in it cannot start a new line in a log. */
export const quotedName = (name: unknown): string => JSON.stringify(name ?? null);
