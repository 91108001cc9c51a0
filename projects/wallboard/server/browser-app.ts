import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { contentSecurityPolicy } from './content-security-policy.ts';

/** Options of {@link browserApp}. */
export interface BrowserAppOptions {
  /** Folder of the browser build. */
  readonly browserDir: string;
  /** Answer of `/config.json`. */
  readonly config: object;
  /** Origins, beside this server's own, that the page may talk to. */
  readonly connectTo: readonly string[];
  /** The one origin that the page has, where users sign in: their cookie is for this host only. */
  readonly origin?: string | undefined;
}

/** In `index.html`, stands for the nonce of the answer. */
const NONCE = 'CSP_NONCE';
/** The routes of the page: each is the same page, which shows what its URL names. */
const ROUTES = ['/', '/queues/:queueId', '/me', '/no-access'];
/** Files whose name changes with their content never change. */
const HASHED = /-[A-Z0-9]{8}\.(?:js|css)$/;

/** Serves the page, its files and its configuration, with a strict Content Security Policy. */
export const browserApp: FastifyPluginAsync<BrowserAppOptions> = async (app, options) => {
  const { browserDir, config, connectTo, origin } = options;
  const html = await readPage(browserDir);

  app.addHook('onSend', async (_request, reply) => {
    await Promise.resolve();
    secure(reply);
  });
  app.get('/config.json', (_request, reply) => reply.header('cache-control', 'no-store').send(config));
  for (const route of ROUTES) {
    app.get(route, (request, reply) => {
      if (origin !== undefined && request.host !== new URL(origin).host) return reply.redirect(origin + request.url);
      const nonce = randomBytes(16).toString('base64');
      return reply
        .header('content-security-policy', contentSecurityPolicy(nonce, connectTo))
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(html.replaceAll(NONCE, nonce));
    });
  }
  await app.register(fastifyStatic, {
    root: browserDir,
    index: false,
    wildcard: false,
    globIgnore: ['index.html'],
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.setHeader('cache-control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    }
  });
};

async function readPage(browserDir: string): Promise<string> {
  try {
    return await readFile(join(browserDir, 'index.html'), 'utf8');
  } catch (cause) {
    const message = `There is no browser build in ${browserDir}. Run "npm start", or "npx --no-install ng build wallboard", first.`;
    throw new Error(message, { cause });
  }
}

function secure(reply: FastifyReply): void {
  void reply
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('cross-origin-resource-policy', 'same-origin')
    .header('permissions-policy', 'camera=(), microphone=(), geolocation=()');
}
