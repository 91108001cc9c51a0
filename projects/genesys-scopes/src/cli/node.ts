// The only file that imports Node's modules. The command line tool is a program; what apps import stays free of it.
export { readFile, readdir, stat, writeFile } from 'node:fs/promises';
export { join, posix, relative, resolve, sep } from 'node:path';
export { parseArgs } from 'node:util';
