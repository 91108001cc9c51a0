export function requirements(): Map<string, string>;
export function idsIn(name: string): string[];
export function specs(known: ReadonlyMap<string, unknown>): { path: string; ids: string[] }[];
export function reasons(): Map<string, string>;
