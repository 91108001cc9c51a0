export function findChromium(): string | undefined;
export function findPython(): string | undefined;
export function missingTools(): { tool: string; tests: string; get: string }[];
