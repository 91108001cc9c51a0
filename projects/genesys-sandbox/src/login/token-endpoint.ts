import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Faults } from '../faults/faults.ts';
import { errorCode, GenesysError } from '../http/errors.ts';
import { MAX_BODY_BYTES } from '../http/host.ts';
import type { SandboxClient, SandboxClock } from '../options.ts';
import { MinuteLimiter } from '../tokens/minute-limiter.ts';
import type { TokenAnswer } from '../tokens/user-tokens.ts';
import { allowCors } from './cors.ts';
import { type TokenSources, issueTokens } from './grants.ts';
import { invalidRequest, OAuthError, rateLimited } from './oauth-error.ts';
import { authenticate } from './token-request.ts';

/** What {@link TokenEndpoint} works with. */
export interface TokenEndpointParts {
  readonly clients: ReadonlyMap<string, SandboxClient>;
  readonly sources: TokenSources;
  readonly clock: SandboxClock;
  readonly requestsPerMinute: number | false;
  readonly faults: Faults;
}

/** `POST /oauth/token`, shared by both hosts. */
export class TokenEndpoint {
  readonly #parts: TokenEndpointParts;
  readonly #limiter: MinuteLimiter;
  /** How many token requests have arrived, refused ones included. */
  requests = 0;

  constructor(parts: TokenEndpointParts) {
    this.#parts = parts;
    this.#limiter = new MinuteLimiter(parts.clock, parts.requestsPerMinute);
  }

  /** Serves `POST {path}` on `app`, for every path: the official SDKs may be told to put `/login` before it. */
  serve(app: FastifyInstance, paths: readonly string[], suffer: (scope: FastifyInstance) => void): void {
    void app.register(async (scope) => {
      await scope.register(formbody, { parser: (text) => ({ form: new URLSearchParams(text) }) });
      // Every other content type is read and refused in OAuth's own shape.
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
        done(null, body.length === 0 ? undefined : {});
      });
      scope.setErrorHandler((error, _request, reply) => refuse(error, reply));
      allowCors(scope, this.#parts.clients);
      scope.addHook('onRequest', (request, _reply, done) => {
        if (request.method === 'POST') this.requests++;
        done();
      });
      suffer(scope);
      for (const url of paths) {
        scope.post(url, (request) => this.#answer(request.body, request.raw.url ?? '', request.headers.authorization));
        scope.route({
          method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
          url,
          handler: (_request, reply) =>
            refuse(
              new OAuthError(405, 'invalid_request', 'a token is asked for with POST'),
              reply.header('Allow', 'POST')
            )
        });
      }
    });
  }

  #answer(body: unknown, target: string, authorization: string | undefined): TokenAnswer {
    const question = target.indexOf('?');
    const query = new URLSearchParams(question < 0 ? '' : target.slice(question + 1));
    const form = formOf(body);
    if (form === undefined) throw invalidRequest('the body must be application/x-www-form-urlencoded');
    const { clients, sources, faults } = this.#parts;
    const { client, grantType } = authenticate({ query, form, authorization }, clients);
    // A code or refresh token that turns out to be invalid counts as well.
    if (this.#limiter.take(client.id) > 0) throw rateLimited();
    const fault = faults.onTokenRequest(grantType);
    if (fault !== undefined) throw new OAuthError(fault.status ?? 400, fault.error, fault.description ?? fault.error);
    return issueTokens(grantType, client, form, sources);
  }
}

function refuse(thrown: unknown, reply: FastifyReply): FastifyReply {
  const error = oauthError(thrown);
  return reply.code(error.status).send(error.body);
}

function oauthError(thrown: unknown): OAuthError {
  if (thrown instanceof OAuthError) return thrown;
  if (thrown instanceof GenesysError) {
    if (thrown.status === 429) return rateLimited();
    const error = thrown.status === 503 ? 'temporarily_unavailable' : 'server_error';
    return new OAuthError(thrown.status, error, thrown.message);
  }
  switch (errorCode(thrown)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new OAuthError(413, 'invalid_request', `the body is over the size limit of ${MAX_BODY_BYTES} bytes`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return invalidRequest('the body must be application/x-www-form-urlencoded');
    // The caller went away in the middle of its body.
    case 'ECONNRESET':
      return invalidRequest('the body ended too soon');
    default:
      return new OAuthError(500, 'server_error', 'the server met an unexpected condition');
  }
}

/** The form of the request: empty without a body, `undefined` for a body that is not a form. */
function formOf(body: unknown): URLSearchParams | undefined {
  if (body === undefined || body === null) return new URLSearchParams();
  const form: unknown = Reflect.get(Object(body), 'form');
  return form instanceof URLSearchParams ? form : undefined;
}
