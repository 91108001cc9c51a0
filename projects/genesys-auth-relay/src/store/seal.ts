import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Layout of a sealed entry: version, key id (4 bytes), nonce (12), ciphertext, tag (16). */
const VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

/** Seals entries of the store, so that access to the store reveals nothing and cannot replace an entry unnoticed. */
export interface Seal {
  /**
   * @param place key of the entry in the store: it cannot be opened under another key
   * @param text content of the entry
   */
  seal(place: string, text: string): Buffer;
  /** The content, or `undefined` when the entry has another key or place, or was not sealed by a relay. */
  open(place: string, sealed: Buffer): string | undefined;
}

interface Key {
  readonly id: Buffer;
  readonly secret: Buffer;
}

/** Purposes of sealed entries. Each has a separate key, so that an entry of one purpose cannot be opened for another. */
export type SealPurpose = 'token store' | 'hub messages' | 'hub tickets' | 'sign-in' | 'sessions';

function keyOf(material: Buffer, purpose: SealPurpose): Key {
  const secret = Buffer.from(hkdfSync('sha256', material, '', `genesys-auth-relay ${purpose} 1`, 32));
  return { id: createHash('sha256').update(secret).digest().subarray(0, KEY_ID_BYTES), secret };
}

/** The bytes before the nonce, and the place: an entry that is moved or relabelled cannot be opened. */
const associated = (header: Buffer, place: string): Buffer => Buffer.concat([header, Buffer.from(place)]);

/**
 * AES-256-GCM with a random nonce of 96 bits. Two equal nonces under one key would break it: after n messages the probability is
 * n^2 / 2^97. The hub seals the most messages: at 1,000 events a second the probability is one in 1.6 million after ten years
 * with the same key. So the senders of a fleet can share one key for each purpose.
 *
 * @param purpose purpose of the entries
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
