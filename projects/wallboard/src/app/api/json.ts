// Readers for answers that came over the network: they say what is there and give nothing for what is not, so that one
// odd field costs a cell and not the board.

/** The value as a record, or an empty one. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

/** The value as a list, or an empty one. Genesys leaves `results` out where there are none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value if it is a string that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The value if it is a finite number. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A count of things: a finite number, not below zero, else zero. */
export function count(value: unknown): number {
  return Math.max(0, number(value) ?? 0);
}

/** A moment written in ISO 8601, in epoch milliseconds. */
export function instant(value: unknown): number | undefined {
  const written = text(value);
  const at = written === undefined ? Number.NaN : Date.parse(written);
  return Number.isNaN(at) ? undefined : at;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
