import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './root.mjs';

/** All files below a folder of the workspace, as paths relative to it, sorted; without node_modules and build output inside. */
export function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/[\\/](node_modules|dist)[\\/]/.test(file))
    .sort();
}
