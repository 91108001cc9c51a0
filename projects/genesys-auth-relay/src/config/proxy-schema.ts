import { z } from 'zod';
import { flag, listOf, oneOf, pattern, section, text, whole } from './fields.ts';
import { says } from './says.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const route = {
  methods: listOf(oneOf(METHODS), 'a list of methods', 'list the HTTP methods, for example [GET]').optional(),
  path: pattern(
    /^\/api\/v2(?:\/[A-Za-z0-9_~@-][A-Za-z0-9._~@-]*)+$/,
    'a path of the API',
    'give a path from /api/v2/ on, without a slash at the end; it includes all paths below it'
  )
};

/** The only paths that a role may call. */
export const routesSchema = listOf(
  section(route, 'write a route as { methods: [GET], path: /api/v2/routing }'),
  'a list of routes',
  'list the paths that this role may call, or leave routes out'
);

/** How API calls are forwarded. */
export const proxySchema = section({
  requestsPerMinute: whole(1, 1_000_000, 'requests').default(300),
  queueLength: whole(0, 100_000, 'requests').default(200),
  queueWaitMs: whole(0, 60_000, 'milliseconds').default(5000),
  timeoutMs: whole(100, 600_000, 'milliseconds').default(30_000),
  bodyBytes: whole(256, 16_777_216, 'bytes').default(512_000),
  replayBytes: whole(0, 1_048_576, 'bytes').default(65_536),
  connections: whole(1, 4096, 'connections').default(128),
  coalesce: flag('true lets callers with the same roles share the answer to simultaneous identical GETs').default(
    false
  ),
  forwardHeaders: z
    .array(text('a header', 'give the name of a header'), {
      error: () => says('is not a list of headers', 'list the names of headers that are forwarded to the API')
    })
    .default([]),
  allow: z
    .array(
      section(
        {
          ...route,
          scopes: z
            .array(text('a scope', 'give the name of a scope'), {
              error: () => says('is not a list of scopes', 'list the scopes, of which one is enough')
            })
            .default([])
        },
        'write an operation as { methods: [GET], path: /api/v2/new, scopes: [...] }'
      ),
      { error: () => says('is not a list of operations', 'list operations that the catalogue does not know') }
    )
    .default([])
});
