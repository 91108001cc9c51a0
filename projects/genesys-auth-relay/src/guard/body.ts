import type { IncomingMessage } from 'node:http';
import { RelayProblem } from '../reply/problem.ts';
import { type Soon, whenThere } from '../runtime/soon.ts';
import { EMPTY_ASK, type TokenAsk, readForm, readJson } from './token-ask.ts';

/** Longest body that is kept, in characters; what an app asks for is much shorter. */
const KEPT_LENGTH = 1024;
/** An app asks for the same thing every time. JSON bodies hold no credentials; forms may, so they are not kept. */
const read = new Map<string, TokenAsk>();
const MOST_KEPT = 500;

function readKnownJson(text: string): TokenAsk {
  const known = read.get(text);
  if (known !== undefined) return known;
  const ask = readJson(text);
  if (text.length > KEPT_LENGTH || ask.rejected !== undefined) return ask;
  if (read.size >= MOST_KEPT) read.clear();
  read.set(text, ask);
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
 * Reads by events: leaving a `for await` early would destroy the connection, and with it the answer that says why. One of the
 * two is called, once.
 */
function readBody(
  request: IncomingMessage,
  limit: number,
  took: (text: () => string) => void,
  failed: (problem: RelayProblem) => void
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let open = true;
  const fail = (problem: RelayProblem) => {
    if (!open) return;
    open = false;
    failed(problem);
  };
  const onEnd = () => {
    if (!open) return;
    open = false;
    took(() => decoded(chunks));
  };
  const onBroken = () => {
    if (open) fail(new RelayProblem('invalid_request', 'The body ended early.', { hint: 'Send it again.' }));
  };
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else fail(tooLarge(limit));
  };
  // They stay, as taking them off costs more than what comes after. Every request ends in 'close', after 'end' or without.
  request.on('data', onData).on('end', onEnd).on('close', onBroken);
  if (request.readableEnded) onEnd();
  // A caller who has left before the relay was asked: nothing more is said of it.
  else if (request.destroyed) onBroken();
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

/** The body, if it was read before; checks what can be checked before it is read. */
function bodyBefore(request: IncomingMessage, limit: number, type: string | undefined): string | undefined {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const before = request.readableEnded ? parsedBefore(request, type === FORM) : undefined;
  // A parser of the host has a limit of its own, which may be higher.
  if (before !== undefined && Buffer.byteLength(before) > limit) throw tooLarge(limit);
  return before;
}

/** What is done with what a request asks for; neither `done` nor `failed` may throw. */
export interface AskSteps<T> {
  readonly act: (ask: TokenAsk) => Soon<T>;
  readonly done: (value: T) => void;
  /** With the RelayProblem `body_too_large`, `unsupported_media_type`, `invalid_request` or `unsupported_grant_type`, or with what `act` threw. */
  readonly failed: (error: unknown) => void;
}

/**
 * Reads what a request asks for, and acts on it. By calls, since a promise for each step costs more than what is done here.
 *
 * @param request the request, its body not yet read
 * @param limit bytes the body may have
 */
export function readTokenAsk<T>(request: IncomingMessage, limit: number, { act, done, failed }: AskSteps<T>): void {
  let type: string | undefined;
  let before: string | undefined;
  try {
    type = bodyType(request);
    before = bodyBefore(request, limit, type);
  } catch (error) {
    failed(error);
    return;
  }
  const go = (text: () => string) => {
    whenThere(() => act(readAs(type, text())), done, failed);
  };
  if (before === undefined) readBody(request, limit, go, failed);
  else go(() => before);
}
