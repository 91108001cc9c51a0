import { ours } from './ours.mjs';
import { peers } from './peers.mjs';
import { TOKEN } from './rules.mjs';

/** The least an interceptor can do: it looks at nothing. */
const minimal = (request, next) => next(request.clone({ setHeaders: { Authorization: `Bearer ${TOKEN}` } }));

/**
 * What is measured: a name, `set()` that gives interceptors and providers, and perhaps `ready(injector)`, which fills in the
 * token. `bare` attaches nothing, `always` attaches to each request.
 */
export const libraries = [
  { name: 'minimal interceptor', always: true, set: () => ({ functional: [minimal] }) },
  { name: 'no interceptor', bare: true, set: () => ({}) },
  ...ours,
  ...peers
];
