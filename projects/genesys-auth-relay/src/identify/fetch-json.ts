import { type Dispatcher, request } from 'undici';

const MAX_BYTES = 524_288;
/** Milliseconds for one document. */
export const DOCUMENT_TIMEOUT_MS = 5000;

/**
 * Reads a JSON document of the identity provider: no redirects, 5 s, at most 512 KB.
 *
 * @returns the parsed document, or `undefined` for 404
 * @throws Error when there is no usable document; its message names the cause and nothing of the body
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
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_BYTES) {
      body.destroy();
      throw new Error('document too large');
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Error('no JSON');
  }
}
