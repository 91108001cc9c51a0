import { type Dispatcher, request } from 'undici';
import { readCapped } from '../runtime/read-capped.ts';

const MAX_BYTES = 524_288;
/** Milliseconds for one document. */
export const DOCUMENT_TIMEOUT_MS = 5000;

/**
 * Reads a JSON document of the identity provider: no redirects, 5 s, at most 512 KB.
 *
 * @returns the parsed document, or `undefined` for 404
 * @throws Error when there is no usable document. Its message names the cause and holds nothing of the body
 */
export async function fetchJson(url: string, dispatcher: Dispatcher): Promise<unknown> {
  const { statusCode, body } = await request(url, {
    dispatcher,
    headers: { accept: 'application/json', 'user-agent': 'genesys-auth-relay' },
    signal: AbortSignal.timeout(DOCUMENT_TIMEOUT_MS)
  });
  if (statusCode !== 200) {
    await body.dump();
    if (statusCode === 404) return undefined;
    throw new Error(`HTTP status ${statusCode}`);
  }
  const { bytes, cut } = await readCapped(body, MAX_BYTES);
  if (cut) throw new Error('document too large');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Error('no JSON');
  }
}
