import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Layout of a sealed entry: version, key id (4 bytes), nonce (12), ciphertext, tag (16). */
const VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

/** Seals what the store keeps, so that who reads or writes there learns nothing and can put nothing in its place. */
export interface Seal {
  /**
   * @param place where the entry is kept: it opens nowhere else
   * @param text what to keep
   */
  seal(place: string, text: string): Buffer;
  /** The text, or `undefined` when the entry is of another key, another place, or not one of ours. */
  open(place: string, sealed: Buffer): string | undefined;
}

interface Key {
  readonly id: Buffer;
  readonly secret: Buffer;
}

/** What is sealed: each has a key of its own, so that nothing of one use opens in another. */
export type SealPurpose = 'token store' | 'hub messages' | 'hub tickets' | 'sign-in' | 'sessions';

function keyOf(material: Buffer, purpose: SealPurpose): Key {
  const secret = Buffer.from(hkdfSync('sha256', material, '', `genesys-auth-relay ${purpose} 1`, 32));
  return { id: createHash('sha256').update(secret).digest().subarray(0, KEY_ID_BYTES), secret };
}

/** Everything before the nonce, and the place: an entry that is moved or relabelled does not open. */
const associated = (header: Buffer, place: string): Buffer => Buffer.concat([header, Buffer.from(place)]);

/**
 * AES-256-GCM with a random nonce of 96 bits. Two equal nonces under one key would break it: after n messages the probability is
 * n^2 / 2^97. The hub seals the most: at 1,000 events a second it is one in 1.6 million after ten years with the same key, so the
 * senders of a fleet share one key for each purpose.
 *
 * @param purpose what the entries are
 * @param keys 32 bytes each; the first seals, all of them open, so that a key can be replaced while relays run
 */
export function createSeal(purpose: SealPurpose, keys: readonly Buffer[]): Seal {
  const known = keys.map((key) => keyOf(key, purpose));
  const [current] = known;
  if (current === undefined) throw new TypeError('a seal needs a key');
  return {
    seal(place, text) {
      const header = Buffer.concat([Buffer.from([VERSION]), current.id]);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.secret, nonce).setAAD(associated(header, place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([header, nonce, body, cipher.getAuthTag()]);
    },

    open(place, sealed) {
      if (sealed.length <= HEADER_BYTES + TAG_BYTES || sealed[0] !== VERSION) return undefined;
      const header = sealed.subarray(0, 1 + KEY_ID_BYTES);
      const key = known.find(({ id }) => id.equals(header.subarray(1)));
      if (key === undefined) return undefined;
      try {
        const decipher = createDecipheriv('aes-256-gcm', key.secret, sealed.subarray(1 + KEY_ID_BYTES, HEADER_BYTES), {
          authTagLength: TAG_BYTES
        });
        decipher.setAAD(associated(header, place)).setAuthTag(sealed.subarray(-TAG_BYTES));
        const body = sealed.subarray(HEADER_BYTES, -TAG_BYTES);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    }
  };
}
