import { createHash } from 'node:crypto';

/** A UUID made of a name: the same name, the same id, on every machine and with every seed. */
export function idOf(name: string): string {
  const hex = createHash('sha1').update(`genesys-sandbox:${name}`).digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
