// Runs the bundled app in Node, with the parts of a page that Angular and the libraries ask for. Prints the times as JSON.
import { JSDOM } from 'jsdom';

const [, , file, options] = process.argv;
const { window } = new JSDOM('<!doctype html><title>bench</title>', { url: 'http://localhost/' });
Object.assign(window, { fetch: globalThis.fetch });
Object.defineProperty(window, 'crypto', { value: globalThis.crypto });
const names = [
  'document',
  'location',
  'history',
  'sessionStorage',
  'localStorage',
  'Storage',
  'navigator',
  'Node',
  'HTMLElement'
];
for (const name of ['window', ...names]) {
  const value = name === 'window' ? window : window[name];
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
// What a library says goes to stderr: stdout is for the result.
for (const level of ['log', 'info', 'warn', 'debug']) console[level] = console.error;

await import(file);
const result = await globalThis.measureInterceptors(JSON.parse(options));
process.stdout.write(JSON.stringify(result), () => process.exit(0));
