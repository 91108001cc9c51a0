import { fileURLToPath } from 'node:url';

/** The workspace's folder, without a slash at the end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
