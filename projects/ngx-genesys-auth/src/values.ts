import { isRecord } from 'genesys-auth-protocol';

/** Whether a value is a string that is not empty. */
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The fields of an error body; no fields if the body is not an object. If the app asked for text, the body is a JSON text. */
export function readRecord(body: unknown): Record<string, unknown> {
  let value = body;
  try {
    if (isText(value)) value = JSON.parse(value);
  } catch {
    // The body is not JSON, so it has no fields.
  }
  return isRecord(value) ? value : {};
}
