import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GenesysError } from '../http/errors.ts';
import { checkFault } from './reading.ts';
import type { Faults } from './faults.ts';

const PATH = '/sandbox/faults';
const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Serves `POST`, `GET` and `DELETE /sandbox/faults`. For callers of this machine only: the `Host` must be a loopback name
 * (a page elsewhere, by DNS rebinding, has its own there), and a page of any site is refused by its `Origin`.
 */
export function serveFaults(app: FastifyInstance, faults: Faults): void {
  void app.register((scope, _options, done) => {
    scope.addHook('onRequest', (request, _reply, next) => {
      if (!isLocal(request)) throw new GenesysError(403, 'not.authorized', 'Faults are set from this machine only.');
      next();
    });
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, next) => {
      try {
        next(null, JSON.parse(String(body)));
      } catch {
        next(GenesysError.badRequest());
      }
    });
    scope.post(PATH, (request, reply) => reply.code(201).send({ id: added(faults, request.body) }));
    scope.get(PATH, () => ({ entities: faults.list() }));
    scope.delete(PATH, (_request, reply) => {
      faults.clear();
      return reply.code(204).send();
    });
    scope.delete<{ Params: { id: string } }>(`${PATH}/:id`, (request, reply) => {
      if (!faults.remove(request.params.id)) throw GenesysError.notFound();
      return reply.code(204).send();
    });
    done();
  });
}

function added(faults: Faults, body: unknown): string {
  try {
    checkFault(body);
  } catch (error) {
    throw GenesysError.constraint(error instanceof Error ? error.message : 'This is not a fault.');
  }
  return faults.add(body);
}

function isLocal({ headers, raw }: FastifyRequest): boolean {
  const [, name = '', port] = /^(.+?)(?::(\d+))?$/.exec(headers.host ?? '') ?? [];
  const loopback = raw.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  return (
    LOOPBACK_NAMES.has(name.toLowerCase()) &&
    Number(port ?? 80) === raw.socket.localPort &&
    (loopback.startsWith('127.') || loopback === '::1') &&
    headers.origin === undefined
  );
}
