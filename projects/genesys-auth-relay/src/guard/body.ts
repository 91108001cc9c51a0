import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { RelayProblem } from '../reply/problem.ts';
import { EMPTY_ASK, type TokenAsk, readForm, readJson } from './token-ask.ts';

/** Longest body that is kept, in characters; what an app asks for is much shorter. */
const KEPT_LENGTH = 1024;
/** An app asks for the same thing every time. JSON bodies hold no credentials; forms may, so they are not kept. */
const read = new LRUCache<string, TokenAsk>({ max: 500 });

function readKnownJson(text: string): TokenAsk {
  const known = read.get(text);
  if (known !== undefined) return known;
  const ask = readJson(text);
  if (text.length <= KEPT_LENGTH && ask.rejected === undefined) read.set(text, ask);
  return ask;
}

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

const tooLarge = (limit: number) =>
  new RelayProblem('body_too_large', `The body is larger than ${limit} bytes.`, {
    hint: 'A token request is a small thing: scopes, and perhaps a key.',
    // The rest of the body is not read, so the connection cannot be used again.
    headers: { connection: 'close' }
  });

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decoded(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  try {
    return utf8.decode(chunks.length === 1 ? first : Buffer.concat(chunks));
  } catch {
    throw new RelayProblem('invalid_request', 'The body is not UTF-8.', { hint: 'Encode it as UTF-8.' });
  }
}

/**
 * Reads by events: leaving a `for await` early would destroy the connection, and with it the answer that says why.
 *
 * @param act what to make of the text; in here, as every promise more costs more than that
 */
function readBody<T>(request: IncomingMessage, limit: number, act: (text: string) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
    const chunks: Buffer[] = [];
    let size = 0;
    // The first of these decides; the listeners stay, as taking them off costs more than what comes after.
    const onEnd = () => {
      if (size > limit) return;
      try {
        resolve(act(decoded(chunks)));
      } catch (error) {
        reject(error instanceof Error ? error : new Error('not readable', { cause: error }));
      }
    };
    const onBroken = () => {
      if (request.readableEnded) return;
      reject(new RelayProblem('invalid_request', 'The body ended early.', { hint: 'Send it again.' }));
    };
    const onData = (chunk: Buffer) => {
      const within = size <= limit;
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else if (within) reject(tooLarge(limit));
    };
    request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
    if (request.readableEnded) onEnd();
    // A caller who has left before the relay was asked: nothing more is said of it.
    else if (request.destroyed) onBroken();
  });
}

/**
 * The body as an earlier body parser of the host (Express' `json()` or `urlencoded()`) left it, written out again; the
 * stream itself is spent then.
 */
export function parsedBefore(request: IncomingMessage, form: boolean): string | undefined {
  const body: unknown = 'body' in request ? request.body : undefined;
  if (typeof body === 'string') return body;
  if (Buffer.isBuffer(body)) return body.toString('utf8');
  if (typeof body !== 'object' || body === null) return undefined;
  if (!form) return JSON.stringify(body);
  const pairs = Object.entries(body).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((item: unknown): [string, string] => [name, String(item)])
  );
  return new URLSearchParams(pairs).toString();
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

function readAs(type: string | undefined, text: string): TokenAsk {
  if (type !== undefined) return type === FORM ? readForm(text) : readKnownJson(text);
  if (text === '') return EMPTY_ASK;
  throw new RelayProblem('unsupported_media_type', 'The body has no content type.', {
    hint: `Send ${FORM} or ${JSON_TYPE}.`,
    headers: { 'accept-post': `${FORM}, ${JSON_TYPE}` }
  });
}

/**
 * Reads what a request asks for.
 *
 * @param request the request, its body not yet read
 * @param limit bytes the body may have
 * @throws RelayProblem `body_too_large`, `unsupported_media_type`, `invalid_request`, `unsupported_grant_type`
 */
export function readTokenAsk(request: IncomingMessage, limit: number): Promise<TokenAsk> {
  const type = bodyType(request);
  const before = request.readableEnded ? parsedBefore(request, type === FORM) : undefined;
  if (before === undefined) return readBody(request, limit, (text) => readAs(type, text));
  // A parser of the host has a limit of its own, which may be higher.
  if (Buffer.byteLength(before) > limit) throw tooLarge(limit);
  return Promise.resolve(readAs(type, before));
}
