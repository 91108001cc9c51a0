import { safeText } from '../reply/safe-text.ts';

const WINDOW = 8;
const WITHHELD = '[withheld: it repeats a secret]';

/** Passes external text unless it repeats a hidden value. */
export interface Redactor {
  /** Hides this value, in all its usual encodings. */
  readonly hide: (value: string) => void;
  /** External text, shortened and harmless, or a note that it is withheld. */
  readonly show: (text: string) => string;
  /** Whether a text repeats something hidden. */
  readonly repeats: (text: string) => boolean;
}

/** Base64 of a value at each offset in a longer text, without the characters that also depend on adjacent bytes. */
const inBase64 = (value: string): string[] =>
  [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]).toString('base64');
    const own = text.replace(/={1,2}$/, '').slice(before === 0 ? 0 : before + 1, -1);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });

/** The forms in which a server or proxy might return a value. */
function formsOf(value: string): string[] {
  // By way of bytes: half a surrogate pair would throw.
  const encoded = encodeURIComponent(Buffer.from(value).toString());
  const form = new URLSearchParams({ '': value }).toString().slice(1);
  return [value, encoded, form, Buffer.from(value).toString('hex'), ...[value, encoded, form].flatMap(inBase64)];
}

/** Makes a {@link Redactor}. Eight characters of a hidden value in a row are enough to withhold the whole text. */
export function createRedactor(): Redactor {
  const parts = new Set<string>();
  const repeats = (text: string): boolean => {
    const lower = text.toLowerCase();
    for (const part of parts) if (lower.includes(part)) return true;
    return false;
  };
  return {
    hide: (value) => {
      for (const form of formsOf(value).map((text) => text.trim().toLowerCase())) {
        if (form === '') continue;
        if (form.length <= WINDOW) parts.add(form);
        for (let start = 0; start + WINDOW <= form.length; start++) parts.add(form.slice(start, start + WINDOW));
      }
    },
    show: (text) => (repeats(text) ? WITHHELD : safeText(text, 200)),
    repeats
  };
}
