import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { RelayProblem } from '../reply/problem.ts';
import { whenClosed } from '../runtime/when-closed.ts';

/** Counts what is begun and not yet answered, so that a closing server can wait for it. */
export interface Gate {
  /** Whether the server takes no more requests. */
  readonly closing: boolean;
  enter(): void;
  /** An answer was given to Node; it counts as out once the system has all of it. */
  leave(response: ServerResponse): void;
}

/**
 * Lets a closing server answer what it has begun, and refuse the rest. Fastify would wait for every connection, the silent
 * ones of browsers included, until it times out; here they are cut as soon as the last answer is out.
 *
 * @param patienceMs tells how long an answer may take that is begun, in milliseconds
 */
export function closeWhenQuiet(app: FastifyInstance, patienceMs: () => number): Gate {
  let closing = false;
  let open = 0;
  let quiet = (): void => undefined;
  const out = () => {
    open -= 1;
    if (open === 0) quiet();
  };
  app.addHook('onRequest', (_request, reply, done) => {
    if (closing) {
      done(new RelayProblem('not_ready', 'The relay is stopping.', { hint: 'Try again.', retryAfterSeconds: 1 }));
      return;
    }
    open += 1;
    whenClosed(reply.raw, out);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('preClose', (done) => {
    closing = true;
    const timer = setTimeout(done, patienceMs());
    quiet = () => {
      clearTimeout(timer);
      done();
    };
    if (open === 0) quiet();
  });
  return {
    get closing() {
      return closing;
    },
    enter() {
      open += 1;
    },
    leave(response) {
      // Most answers are small and out at once; then a listener would be for nothing.
      if (response.destroyed || response.writableLength === 0) out();
      else whenClosed(response, out);
    }
  };
}
