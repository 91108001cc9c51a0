import { X509Certificate, createPrivateKey } from 'node:crypto';
import { resolve } from 'node:path';
import { algorithmOf } from './key-algorithm.ts';
import type { ClientAuth, Credential } from './config.ts';
import type { ConfigIssue } from './error.ts';
import { Secret } from './secret.ts';
import { type Findings, type Reference, type Surroundings, readPem, readReference } from './secrets.ts';

/** A credential as written in the configuration. `auth` decides which parts are needed. */
interface Written {
  readonly auth: ClientAuth;
  readonly secret?: Reference | undefined;
  readonly key?: Reference | undefined;
  readonly keyId?: string | undefined;
  readonly certificate?: Reference | undefined;
}

const NEEDS: Readonly<Record<ClientAuth, readonly ('secret' | 'key' | 'certificate')[]>> = {
  basic: ['secret'],
  post: ['secret'],
  private_key_jwt: ['key'],
  tls_client_auth: ['key', 'certificate']
};

const FIX = {
  secret: 'write { env: NAME } or { file: path }: a secret does not belong in the configuration file',
  key: 'give the private key in PEM form: { file: path } or { env: NAME }',
  certificate: 'give the certificate in PEM form: { file: path }'
};

const SIGNING_KEYS = 'use RSA of 2048 bits or more, EC on P-256, P-384 or P-521, or Ed25519';

/** The issue with a PEM text of this kind; `undefined` if it is valid. */
function pemFault(text: string, what: 'key' | 'certificate', auth: ClientAuth): Omit<ConfigIssue, 'key'> | undefined {
  try {
    // Each function throws if the text is not valid.
    if (what === 'certificate') new X509Certificate(text);
    else if (algorithmOf(createPrivateKey(text)) === undefined && auth === 'private_key_jwt')
      return { message: 'is a key that cannot sign assertions', fix: SIGNING_KEYS };
    return undefined;
  } catch {
    const message = what === 'key' ? 'is not a private key in PEM form' : 'is not a certificate in PEM form';
    return { message, fix: FIX[what] };
  }
}

/** Reads a part, and remembers its file. */
function readPart(
  part: 'secret' | 'key' | 'certificate',
  auth: ClientAuth,
  reference: Reference,
  key: string,
  around: Surroundings,
  found: Findings
): Secret | undefined {
  const secret = readValue(part, auth, reference, key, around, found);
  if (secret !== undefined && typeof reference === 'object' && 'file' in reference) {
    const read = () => readValue(part, auth, reference, key, around, { issues: [], warnings: [] })?.reveal();
    found.files?.push({ key, path: resolve(around.baseDir, reference.file), secret, read });
  }
  return secret;
}

function readValue(
  part: 'secret' | 'key' | 'certificate',
  auth: ClientAuth,
  reference: Reference,
  key: string,
  around: Surroundings,
  found: Findings
): Secret | undefined {
  if (part === 'secret') {
    const text = readReference(reference, key, around, found);
    return text === undefined ? undefined : new Secret(text);
  }
  const text = readPem(reference, key, around, found);
  if (text === undefined) return undefined;
  const fault = pemFault(text, part, auth);
  if (fault === undefined) return new Secret(text);
  found.issues.push({ key, ...fault });
  return undefined;
}

/**
 * Reads the credentials of a client.
 *
 * @param id client id, or `undefined` when it could not be read
 * @param key key of the credential in the configuration, for example `genesys.client`
 */
export function readCredential(
  written: Written,
  id: string | undefined,
  key: string,
  around: Surroundings,
  found: Findings
): Credential | undefined {
  const { auth, keyId } = written;
  const parts: Partial<Record<'secret' | 'key' | 'certificate', Secret>> = {};
  let whole = true;
  for (const part of ['secret', 'key', 'certificate'] as const) {
    const reference = written[part];
    const isNeeded = NEEDS[auth].includes(part);
    if (reference === undefined) {
      if (!isNeeded) continue;
      found.issues.push({ key: `${key}.${part}`, message: 'is missing', fix: FIX[part] });
      whole = false;
    } else if (isNeeded) {
      const secret = readPart(part, auth, reference, `${key}.${part}`, around, found);
      if (secret === undefined) whole = false;
      else parts[part] = secret;
    } else {
      found.issues.push({
        key: `${key}.${part}`,
        message: `has no meaning with auth: ${auth}`,
        fix: 'remove it, or choose the auth that uses it'
      });
    }
  }
  if (auth === 'post') {
    found.warnings.push(`${key}.auth: RFC 6749 section 2.3.1 advises against body credentials; prefer basic`);
  }
  const secret = parts.secret ?? parts.key;
  if (!whole || id === undefined || secret === undefined) return undefined;
  return { id, auth, secret, certificate: parts.certificate, keyId };
}
