import type { Cause } from './causes.ts';

/** A mistake that the form of a secret suggests, and the corrected secret if it can be derived. */
export interface ShapeSlip {
  readonly cause: Cause;
  readonly message: string;
  readonly fix: string;
  readonly repaired?: string;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const PLACEHOLDER =
  /^(?:<.*>|\$\{.*\}|\$\(.*\)|\{\{.*\}\}|%[A-Z_]+%|x{3,}|\*{3,}|\.{3,}|(?:your|my|the|put|insert|enter|add|replace)[-_ ]?.*(?:secret|here|me).*|change[-_ ]?(?:me|it)|(?:client[-_ ]?)?secret|password|dummy|example|placeholder|todo|tbd|none|null|undefined)$/i;

/** Whether a text has the form of a Genesys Cloud id. */
export const looksLikeId = (value: string): boolean => UUID.test(value);

function decoded(value: string): string | undefined {
  if (!/%[\da-f]{2}/i.test(value)) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function isBasicPair(value: string, id: string | undefined): boolean {
  const bare = value.replace(/^basic\s+/i, '');
  if (/^basic\s/i.test(value)) return true;
  return id !== undefined && id !== '' && Buffer.from(bare, 'base64').toString('utf8').startsWith(`${id}:`);
}

/**
 * The most likely mistake in a secret, by its form. It is only a suspicion until the token endpoint has answered, because a
 * secret may hold any characters.
 *
 * @param raw the unmodified secret, including line breaks
 * @param id the client id
 */
export function secretSlip(raw: string, id: string | undefined): ShapeSlip | undefined {
  const value = raw.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
  const trimmed = value.trim();
  if (/\p{Cc}/u.test(value)) {
    return {
      cause: 'secret_newline',
      message: 'The secret holds a line break or another control character.',
      fix: 'Put the secret alone on one line, with nothing after it (printf %s, not echo).',
      repaired: trimmed.replace(/\p{Cc}+/gu, '')
    };
  }
  if (value !== trimmed) {
    return {
      cause: 'secret_spaces',
      message: 'The secret starts or ends with a space, which is sent as part of it.',
      fix: 'Remove the spaces.',
      repaired: trimmed
    };
  }
  const [, quote, inside] = /^(["'`])(.*)\1$/.exec(value) ?? [];
  if (quote !== undefined && inside !== undefined) {
    return {
      cause: 'secret_quotes',
      message: 'The secret is in quotes, which are sent as part of it (docker --env-file and others keep them).',
      fix: 'Remove the quotes.',
      repaired: inside
    };
  }
  if (PLACEHOLDER.test(value)) {
    return {
      cause: 'secret_placeholder',
      message: 'The secret looks like a placeholder that was not filled in.',
      fix: 'Put the secret of the OAuth client there (Admin > Integrations > OAuth), or let your tool fill in the variable.'
    };
  }
  if (value === id || looksLikeId(value)) {
    return {
      cause: 'secret_is_id',
      message:
        value === id
          ? 'The secret is the client id.'
          : 'The secret has the form of an id: the id of something may stand in its place, or id and secret are swapped.',
      fix: 'Copy the client secret, not an id, from the OAuth client.'
    };
  }
  if (isBasicPair(value, id)) {
    return {
      cause: 'secret_is_basic_header',
      message: 'The secret is a ready-made Basic header (id and secret in base64), not the secret itself.',
      fix: 'Give the client secret alone; the relay makes the header.'
    };
  }
  const once = decoded(value);
  if (once !== undefined) {
    const twice = decoded(once);
    return {
      cause: 'secret_url_encoded',
      message: `The secret is URL-encoded${twice === undefined ? '' : ' twice'} where it is kept. The relay encodes it for the wire itself, so it arrives encoded once too often.`,
      fix: 'Keep the secret as Genesys Cloud shows it, without %XX in place of its characters.',
      repaired: twice ?? once
    };
  }
  return undefined;
}
