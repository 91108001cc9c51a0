import { isRecord } from 'genesys-auth-protocol';

/** Whether a value is a string with something in it. */
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The fields of an error body, none if it has no such form. If the app asked for text, the body is JSON as text. */
export function readRecord(body: unknown): Record<string, unknown> {
  let value = body;
  try {
    if (isText(value)) value = JSON.parse(value);
  } catch {
    // It is not JSON: it has no fields.
  }
  return isRecord(value) ? value : {};
}
