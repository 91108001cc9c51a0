import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ClientAuth } from '../config/config.ts';
import { type DoctorInput, type WrittenClient, at, textAt } from './doctor-input.ts';

/** One credential of a client, as written in the configuration. */
export interface WrittenCredential {
  /** Key in the configuration: `genesys.client`, or `genesys.clients[1].fallbacks[0]`. */
  readonly key: string;
  /** Name in the report; `undefined` if there is only one credential. */
  readonly label: string | undefined;
  readonly clientId: string | undefined;
  readonly auth: ClientAuth;
  /** Reference to the secret or the private key. */
  readonly reference: unknown;
  /** The unmodified secret, including line breaks, or the private key of a client that has one instead. */
  readonly rawSecret: string | undefined;
  readonly certificate: string | undefined;
  readonly keyId: string | undefined;
  /** Scopes that it should be granted. */
  readonly scopes: readonly string[];
}

/** The unmodified value of a reference, or `undefined`. */
function rawValue(reference: unknown, { env, baseDir }: DoctorInput): string | undefined {
  const name = textAt(reference, 'env');
  if (name !== undefined) {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    return value === '' ? undefined : value;
  }
  const file = textAt(reference, 'file');
  if (file === undefined) return undefined;
  try {
    return readFileSync(resolve(baseDir, file), 'utf8') || undefined;
  } catch {
    return undefined;
  }
}

/** A value that is a text or a reference. */
const valueAt = (value: unknown, input: DoctorInput): string | undefined =>
  (typeof value === 'string' ? value : rawValue(value, input))?.replace(/\r?\n$/, '');

const authOf = (written: unknown): ClientAuth => {
  const auth = textAt(written, 'auth');
  return auth === 'post' || auth === 'private_key_jwt' || auth === 'tls_client_auth' ? auth : 'basic';
};

/** Whether a private key is used instead of a secret. */
export const hasKey = ({ auth }: Pick<WrittenCredential, 'auth'>): boolean =>
  auth === 'private_key_jwt' || auth === 'tls_client_auth';

const nameOf = (client: string | undefined, fallback: number, isOnlyOne: boolean): string | undefined => {
  if (isOnlyOne) return undefined;
  const words = [client, fallback === 0 ? undefined : `fallback ${fallback}`].filter((word) => word !== undefined);
  return words.length === 0 ? 'client' : words.join(', ');
};

/**
 * The credentials of a client: its own, then its fallbacks.
 *
 * @param scopes scopes that the client should be granted
 */
export function credentialsOf(
  { written, key, name }: WrittenClient,
  scopes: readonly string[],
  input: DoctorInput
): readonly WrittenCredential[] {
  const fallbacks: unknown = at(written, 'fallbacks');
  const all: readonly unknown[] = [written, ...(Array.isArray(fallbacks) ? (fallbacks as readonly unknown[]) : [])];
  const id = valueAt(at(written, 'id'), input);
  return all.map((one, index) => {
    const auth = authOf(one);
    const reference = at(one, hasKey({ auth }) ? 'key' : 'secret');
    return {
      key: index === 0 ? key : `${key}.fallbacks[${index - 1}]`,
      label: nameOf(name, index, name === undefined && all.length === 1),
      clientId: valueAt(at(one, 'id'), input) ?? id,
      auth,
      reference,
      rawSecret: rawValue(reference, input),
      certificate: valueAt(at(one, 'certificate'), input),
      keyId: textAt(one, 'keyId'),
      scopes
    };
  });
}
