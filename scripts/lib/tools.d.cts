export function findChromium(): string | undefined;
export function findHeadlessShell(): string | undefined;
export function findPython(module: 'requests' | 'websockets'): string | undefined;
export function findRedis(): string | undefined;
export function hasCertutil(): boolean;
export function missingTools(): { tool: string; tests: string; get: string }[];
