/**
 * External text in a form that is safe in a message: short, and only characters that RFC 6749 section 5.2 allows in
 * `error_description` (no quote, no backslash, no control or non-ASCII character), so that it is harmless in a header, in
 * HTML and in a log as well.
 */
export function safeText(value: string, maxLength = 100): string {
  const cleaned = value.replace(/[^\x20\x21\x23-\x5B\x5D-\x7E]|[<>&]/g, '?');
  return cleaned.length > maxLength ? `${cleaned.slice(0, maxLength)}...` : cleaned;
}

/**
 * A name in a form that is safe in a log line. JSON escapes characters below U+0020, but not others that terminals and log viewers
 * interpret: C1 controls, line separators and marks that change the direction of text.
 */
export const logText = (value: string): string => value.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?').slice(0, 200);

/** Several external names, at most ten of them. */
export function safeList(values: readonly string[]): string {
  const more = values.length > 10 ? `, and ${values.length - 10} more` : '';
  return (
    values
      .slice(0, 10)
      .map((value) => `'${safeText(value)}'`)
      .join(', ') + more
  );
}

/** JSON that stays harmless when it is put into HTML: a well-formed scope may hold `<`. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
