import { timingSafeEqual, createHash } from 'node:crypto';
import type { SandboxClient } from '../options.ts';

/** An id and a secret as a caller may have meant them. */
export interface Credentials {
  readonly id: string;
  /** `undefined` when only an id was sent, as a public client does. */
  readonly secret: string | undefined;
}

/**
 * Reads `Authorization: Basic`. Clients disagree on how to write an id and a secret in it: as they are (what Genesys' SDKs
 * do), form-encoded first (what RFC 6749 section 2.3.1 asks for), in UTF-8 or in Latin-1. All readings are returned; the
 * right one is the one that fits a client. `undefined`: not readable at all.
 */
export function readBasic(header: string): readonly Credentials[] | undefined {
  const encoded = /^\s*basic\s+([a-z\d+/_-]+=*)\s*$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const readings: Credentials[] = [];
  for (const text of [strictUtf8(bytes), bytes.toString('latin1')]) {
    const colon = text?.indexOf(':') ?? -1;
    if (text === undefined || colon < 0) continue;
    const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)];
    readings.push({ id, secret }, { id: formDecode(id), secret: formDecode(secret) });
  }
  return readings.length === 0 ? undefined : readings;
}

/** The client that one of the readings names, and whether a reading holds its secret too. */
export function identify(
  readings: readonly Credentials[],
  clients: ReadonlyMap<string, SandboxClient>
): { client: SandboxClient; authenticated: boolean } | undefined {
  let known: SandboxClient | undefined;
  for (const { id, secret } of readings) {
    const client = clients.get(id);
    if (client === undefined) continue;
    if (sameSecret(secret, client.secret)) return { client, authenticated: true };
    known ??= client;
  }
  return known === undefined ? undefined : { client: known, authenticated: false };
}

/** One value as `application/x-www-form-urlencoded` would carry it, decoded by the WHATWG rules. */
function formDecode(value: string): string {
  // The separators a form would stop at are literal here: a raw secret may hold them.
  const guarded = value.replaceAll('&', '%26').replaceAll('=', '%3D');
  return new URLSearchParams(`v=${guarded}`).get('v') ?? '';
}

function strictUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A public client has no secret, and sends none. */
function sameSecret(given: string | undefined, expected: string | undefined): boolean {
  if (given === undefined || expected === undefined) return given === expected;
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value, 'utf8').digest();
}
