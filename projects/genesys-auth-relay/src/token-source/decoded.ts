import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

/**
 * A short body without its compression (RFC 9110 section 8.4).
 *
 * @param encoding the header `Content-Encoding`
 * @param maxBytes bytes of the result; a body that becomes longer is refused
 * @returns `undefined` for an unknown compression, and for a body that is broken or too long
 */
export function decoded(body: Buffer, encoding: string | undefined, maxBytes: number): Buffer | undefined {
  const options = { maxOutputLength: maxBytes };
  try {
    switch (encoding?.trim().toLowerCase()) {
      case undefined:
      case '':
      case 'identity':
        return body;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, options);
      case 'deflate':
        return inflateSync(body, options);
      case 'br':
        return brotliDecompressSync(body, options);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
