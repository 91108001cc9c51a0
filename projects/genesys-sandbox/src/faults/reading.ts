import type { Fault, FaultType } from './fault.ts';

type Reader = (value: unknown, name: string) => void;

const number =
  (min: number, max: number): Reader =>
  (value, name) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < min || value > max)
      throw new TypeError(`${name} must be a number from ${min} to ${max}.`);
  };
const text: Reader = (value, name) => {
  if (typeof value !== 'string' || value === '' || value.length > 300)
    throw new TypeError(`${name} must be a text of at most 300 characters.`);
};
const flag: Reader = (value, name) => {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false.`);
};
const host: Reader = (value, name) => {
  if (value !== 'login' && value !== 'api') throw new TypeError(`${name} must be 'login' or 'api'.`);
};
const closeCode: Reader = (value, name) => {
  number(1000, 4999)(value, name);
  // Those that RFC 6455 section 7.4.1 keeps off the wire, and what `ws` refuses to send.
  if ([1004, 1005, 1006, 1015].includes(Number(value)) || (Number(value) > 1014 && Number(value) < 3000))
    throw new TypeError(`${name} must be a close code that may be sent.`);
};

const DAYS_MS = number(0, 7 * 86_400_000);
const WINDOW = { afterMs: DAYS_MS, forMs: DAYS_MS, times: number(1, 1_000_000) };
const REQUEST = { route: text, host };
const SOCKET = { clientId: text };
const EVENT = { topic: text };

/** What each kind has besides its window; those in `needs` must be given. */
const KINDS: Record<FaultType, { readonly needs?: readonly string[]; readonly fields: Record<string, Reader> }> = {
  latency: { needs: ['ms'], fields: { ms: DAYS_MS, jitterMs: DAYS_MS, ...REQUEST } },
  serverError: { fields: { status: number(500, 599), ...REQUEST } },
  rateLimit: { needs: ['retryAfterSeconds'], fields: { retryAfterSeconds: number(0, 86_400), ...REQUEST } },
  slowBody: { needs: ['ms'], fields: { ms: DAYS_MS, ...REQUEST } },
  dropConnection: { fields: REQUEST },
  loseAnswer: { fields: REQUEST },
  authorizeError: { needs: ['error'], fields: { error: text, description: text, ...REQUEST } },
  tokenError: {
    needs: ['error'],
    fields: { error: text, description: text, status: number(400, 599), grantType: text }
  },
  dropSockets: { fields: SOCKET },
  closeSockets: { fields: { code: closeCode, reason: text, ...SOCKET } },
  freezeSockets: { fields: SOCKET },
  socketClosing: { fields: { graceMs: DAYS_MS, ...SOCKET } },
  missHeartbeats: { fields: SOCKET },
  duplicateEvents: { fields: EVENT },
  reorderEvents: { fields: EVENT },
  loseEvents: { fields: EVENT },
  revokeTokens: { fields: { email: text, refreshTokens: flag, ...SOCKET } },
  clockOffset: { needs: ['ms'], fields: { ms: number(-7 * 86_400_000, 7 * 86_400_000) } }
};

/**
 * Checks a fault that came from anywhere.
 *
 * @throws `TypeError` that names the field
 */
export function checkFault(value: unknown): asserts value is Fault {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('A fault must be an object.');
  const given = new Map<string, unknown>(Object.entries(value));
  const type = given.get('type');
  const kind = typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type as FaultType] : undefined;
  if (kind === undefined) throw new TypeError(`type must be one of ${Object.keys(KINDS).join(', ')}.`);
  for (const name of kind.needs ?? []) if (given.get(name) === undefined) throw new TypeError(`${name} is missing.`);
  const fields: Record<string, Reader> = { ...WINDOW, ...kind.fields };
  for (const [name, field] of given) {
    if (name === 'type' || field === undefined) continue;
    const read = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (read === undefined)
      throw new TypeError(`${name} is not a field of ${String(type)}. It has ${Object.keys(fields).join(', ')}.`);
    read(field, name);
  }
}
