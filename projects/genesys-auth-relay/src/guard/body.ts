import type { IncomingMessage } from 'node:http';
import { RelayProblem } from '../reply/problem.ts';
import { type CappedBody, readCapped } from '../runtime/read-capped.ts';
import { EMPTY_BODY, type TokenRequestBody, readForm, readJson } from './token-request-body.ts';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

const tooLarge = (limit: number) =>
  new RelayProblem('body_too_large', `The body is larger than ${limit} bytes.`, {
    hint: 'A token request needs only scopes and, if there is one, a key.',
    // The rest of the body is not read, so the connection cannot be used again.
    headers: { connection: 'close' }
  });

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The chunks of a request. Leaving the loop early does not destroy the connection, so that the caller still gets an answer. */
export const chunksOf = (request: IncomingMessage): AsyncIterable<Buffer> =>
  request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  let body: CappedBody;
  try {
    body = await readCapped(chunksOf(request), limit);
  } catch {
    throw new RelayProblem('invalid_request', 'The body ended early.', { hint: 'Send it again.' });
  }
  if (body.cut) {
    request.resume();
    throw tooLarge(limit);
  }
  return body.bytes;
}

function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new RelayProblem('invalid_request', 'The body is not UTF-8.', { hint: 'Encode it as UTF-8.' });
  }
}

/**
 * The body that a body parser of the host (Express' `json()`, `urlencoded()`, `text()` or `raw()`) has already read. A parsed value
 * is serialised again. The stream is empty then.
 */
export function parsedBefore(request: IncomingMessage, form: boolean): Buffer | undefined {
  const body: unknown = 'body' in request ? request.body : undefined;
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (typeof body !== 'object' || body === null) return undefined;
  if (!form) return Buffer.from(JSON.stringify(body));
  const pairs = Object.entries(body).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((item: unknown): [string, string] => [name, String(item)])
  );
  return Buffer.from(new URLSearchParams(pairs).toString());
}

/** The media type of the body, if it has one. */
function bodyType({ headers }: IncomingMessage): string | undefined {
  const given = headers['content-type'];
  const type = given === JSON_TYPE || given === FORM ? given : given?.split(';', 1)[0]?.trim().toLowerCase();
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const known = type === FORM || type === JSON_TYPE;
  if (encoding === 'identity' && (type === undefined || known)) return type;
  throw new RelayProblem('unsupported_media_type', 'The content type or encoding of the body is not supported.', {
    hint: `Send ${FORM} or ${JSON_TYPE}, not compressed.`,
    headers: { 'accept-post': `${FORM}, ${JSON_TYPE}` }
  });
}

function readAs(type: string | undefined, text: string): TokenRequestBody {
  if (type !== undefined) return type === FORM ? readForm(text) : readJson(text);
  if (text === '') return EMPTY_BODY;
  throw new RelayProblem('unsupported_media_type', 'The body has no content type.', {
    hint: `Send ${FORM} or ${JSON_TYPE}.`,
    headers: { 'accept-post': `${FORM}, ${JSON_TYPE}` }
  });
}

/** The body, if a host has read it. Checks the headers before any body is read. */
function bodyBefore(request: IncomingMessage, limit: number, type: string | undefined): Buffer | undefined {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const before = request.readableEnded ? parsedBefore(request, type === FORM) : undefined;
  // A parser of the host has a different limit, which may be higher.
  if (before !== undefined && before.length > limit) throw tooLarge(limit);
  return before;
}

/**
 * Reads a token request.
 *
 * @param request the request, whose body has not been read
 * @param limit maximum bytes of the body
 * @throws RelayProblem `body_too_large`, `unsupported_media_type`, `invalid_request`, `unsupported_grant_type`
 */
export async function readTokenRequest(request: IncomingMessage, limit: number): Promise<TokenRequestBody> {
  const type = bodyType(request);
  const bytes = bodyBefore(request, limit, type) ?? (await readBody(request, limit));
  return readAs(type, textOf(bytes));
}
