import { X509Certificate } from 'node:crypto';
import type { StoreConfig } from './config.ts';
import type { ParsedConfig } from './schema.ts';
import { Secret } from './secret.ts';
import { type Findings, NEW_KEY, type Reference, type Surroundings, readPem, readReference } from './secrets.ts';
import { isLoopbackUrl } from './urls.ts';

const KEY = 'store.redis';

/** Reads a key of 256 bits, written as 64 hex digits or as base64. */
export function keyBytes(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return undefined;
  const bytes = Buffer.from(trimmed, 'base64');
  return bytes.length === 32 ? bytes : undefined;
}

function readKey(reference: Reference, key: string, around: Surroundings, found: Findings): Secret | undefined {
  const text = readReference(reference, key, around, found);
  if (text === undefined) return undefined;
  const bytes = keyBytes(text);
  if (bytes !== undefined && new Set(bytes).size > 8) return new Secret(text.trim());
  found.issues.push({
    key,
    message: bytes === undefined ? 'is not a key of 256 bits' : 'can be guessed',
    fix: `make one with: ${NEW_KEY}`
  });
  return undefined;
}

function readCa(reference: Reference, around: Surroundings, found: Findings): string | undefined {
  const text = readPem(reference, `${KEY}.ca`, around, found);
  if (text === undefined) return undefined;
  try {
    // Throws if it is not a certificate. Reads the first one of several.
    new X509Certificate(text);
    return text;
  } catch {
    found.issues.push({ key: `${KEY}.ca`, message: 'is not a certificate in PEM form', fix: 'write { file: path }' });
    return undefined;
  }
}

function readUrl(reference: Reference, around: Surroundings, found: Findings): Secret | undefined {
  const key = `${KEY}.url`;
  const text = readReference(reference, key, around, found);
  if (text === undefined) return undefined;
  // The value is not shown: it may hold the password.
  const complain = (message: string, fix: string): undefined => {
    found.issues.push({ key, message, fix });
    return undefined;
  };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    complain(
      'is not a Redis URL',
      'write redis:// or rediss://, host and port, for example rediss://redis.example.com:6379'
    );
    return undefined;
  }
  if (typeof reference === 'string' && url.password !== '') {
    complain('holds a password in plain text', 'write { env: NAME } or { file: path }');
    return undefined;
  }
  if (url.protocol === 'redis:' && !isLoopbackUrl(url)) {
    found.warnings.push(`${key}: is not encrypted; the tokens are sealed, but the password is not. Prefer rediss://`);
  }
  return new Secret(text);
}

/** Reads the configuration of the store; `undefined` when there is none or it has issues. */
export function resolveStore(
  store: ParsedConfig['store'],
  around: Surroundings,
  found: Findings
): StoreConfig | undefined {
  if (store === undefined) return undefined;
  const { redis } = store;
  const url = readUrl(redis.url, around, found);
  const key = readKey(redis.key, `${KEY}.key`, around, found);
  const previous =
    redis.previousKey === undefined ? undefined : readKey(redis.previousKey, `${KEY}.previousKey`, around, found);
  const ca = redis.ca === undefined ? undefined : readCa(redis.ca, around, found);
  if (ca !== undefined && url !== undefined && !url.reveal().startsWith('rediss:'))
    found.issues.push({
      key: `${KEY}.ca`,
      message: 'has no meaning without TLS',
      fix: 'write rediss:// in url, or remove it'
    });
  if (redis.cluster && redis.sentinel !== undefined) {
    found.issues.push({
      key: `${KEY}.sentinel`,
      message: 'cannot be combined with cluster',
      fix: 'remove one of the two'
    });
  }
  if (url === undefined || key === undefined) return undefined;
  return {
    url,
    ca,
    keys: previous === undefined ? [key] : [key, previous],
    prefix: redis.prefix,
    timeoutMs: redis.timeoutMs,
    sentinel: redis.sentinel,
    cluster: redis.cluster
  };
}
