import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import { GenesysError } from '../http/errors.ts';
import { sendError } from '../http/host.ts';
import type { Gate } from './gate.ts';
import { type Admission, type Operation, queryOf } from './operation.ts';

/** Prefixes of the API. The official SDKs use the second one when they are configured with the path `api-gw`. */
export const API_PREFIXES = { api: '/api/v2', gateway: '/api-gw/api/v2' } as const;

/** Dependencies of {@link serveApi}. */
export interface ApiOptions {
  readonly gate: Gate;
  readonly operations: readonly Operation[];
  readonly corsOrigins: readonly string[] | '*' | false;
  /** Applies faults to the requests of a Fastify scope. */
  readonly suffer: (scope: FastifyInstance) => void;
}

const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Serves the API's operations below `prefix`. */
export async function serveApi(app: FastifyInstance, prefix: string, options: ApiOptions): Promise<void> {
  await app.register(
    async (scope) => {
      if (options.corsOrigins !== false)
        await scope.register(cors, {
          // `true` gives the caller's own origin back: the answer then also suits a request that wants it named.
          origin: options.corsOrigins === '*' ? true : [...options.corsOrigins],
          methods: METHODS,
          exposedHeaders: ['ININ-Correlation-Id', 'Retry-After'],
          maxAge: 600,
          // An OPTIONS that is not a preflight request gets an empty answer, not the text of the plugin.
          strictPreflight: false
        });
      options.suffer(scope);
      scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
        // SDKs send this content type with an empty body, even on GET and DELETE.
        try {
          done(null, body === '' ? undefined : JSON.parse(String(body)));
        } catch {
          done(GenesysError.badRequest());
        }
      });
      scope.setNotFoundHandler((request, reply) => sendError(GenesysError.notFound(), request, reply));

      for (const operation of options.operations) addOperation(scope, operation, options.gate);
      for (const path of new Set(options.operations.map((operation) => operation.path)))
        refuseOtherMethods(scope, path);
    },
    { prefix }
  );
}

function addOperation(scope: FastifyInstance, operation: Operation, gate: Gate): void {
  const admitted = new WeakMap<FastifyRequest, Admission>();
  scope.route({
    // Every GET is also served as HEAD.
    method: operation.method === 'GET' ? ['GET', 'HEAD'] : [operation.method],
    url: operation.path,
    // Before the body is read: bodies of unauthenticated callers are not parsed.
    onRequest: (request, _reply, done) => {
      admitted.set(request, gate.admit(request, operation));
      done();
    },
    handler: (request, reply) => {
      const admission = admitted.get(request);
      if (admission === undefined) throw new Error('A request reached an operation without passing the gate.');
      const answer = operation.handle({ ...admission, request, reply, query: queryOf(request) });
      return answer === undefined ? reply.send() : reply.send(answer);
    }
  });
}

function refuseOtherMethods(scope: FastifyInstance, url: string): void {
  const taken = METHODS.filter((method) => scope.hasRoute({ method, url: `${scope.prefix}${url}` }));
  scope.route({
    method: METHODS.filter((method) => !taken.includes(method)),
    url,
    // In onRequest, so that the type of the body is not checked first.
    onRequest: () => {
      throw GenesysError.methodNotAllowed(taken.join(', '));
    },
    handler: () => undefined
  });
}
