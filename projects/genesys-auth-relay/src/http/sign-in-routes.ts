import { RELAY_PATHS } from 'genesys-auth-protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Relay } from '../relay/relay.ts';
import { RelayProblem, problemHeaders } from '../reply/problem.ts';
import { signInPage } from '../sign-in/page.ts';
import type { SignIn, SignInAnswer } from '../sign-in/sign-in.ts';
import type { Visit } from './visits.ts';

/** Paths of sign-in with their methods. */
export const SIGN_IN_SERVED = [
  [RELAY_PATHS.signIn, 'GET'],
  [RELAY_PATHS.signInCallback, 'GET'],
  [RELAY_PATHS.signOut, 'POST']
] as const;

/** Whether a path is a navigation of sign-in, whose query holds a code. */
export const isSignInPage = (path: string): boolean =>
  path === RELAY_PATHS.signIn || path === RELAY_PATHS.signInCallback;

/** What only a navigation of the whole window may do. */
function refuseOthers({ facts }: Visit): void {
  const destination = facts.headers['sec-fetch-dest'];
  if (destination === undefined || destination === 'document') return;
  throw new RelayProblem('invalid_request', 'Sign-in is a navigation of the whole window.', {
    hint: 'Set location.href to the URL; do not fetch it, and do not open it in a frame.'
  });
}

/** Adds the routes of sign-in. */
export function addSignInRoutes(app: FastifyInstance, relay: Relay, visitOf: (request: FastifyRequest) => Visit): void {
  const quiet = { logLevel: 'silent', exposeHeadRoute: false } as const;
  // Asked for at each request, as a new configuration may come while the relay serves.
  const signInOf = (): SignIn => {
    const { signIn } = relay;
    if (signIn !== undefined) return signIn;
    throw new RelayProblem('not_found', 'Users do not sign in at this relay.', { hint: 'Add the section signIn.' });
  };
  const queryOf = ({ raw: { url = '' } }: FastifyRequest) => url.slice(url.indexOf('?') + 1 || url.length);

  function send(request: FastifyRequest, reply: FastifyReply, signIn: SignIn, answer: SignInAnswer): FastifyReply {
    if (answer.kind === 'redirect') {
      for (const cookie of answer.setCookies) void reply.header('set-cookie', cookie);
      return reply.code(303).header('location', answer.to).send();
    }
    const { problem } = answer;
    visitOf(request).code = problem.code;
    return reply
      .code(problem.status)
      .headers(problemHeaders(problem))
      .header('content-type', 'text/html; charset=utf-8')
      .send(signInPage(problem, signIn.appUrl));
  }

  const addressOf = (request: FastifyRequest) => relay.clientAddress(visitOf(request).facts, request.ip);

  app.get(RELAY_PATHS.signIn, quiet, (request, reply) => {
    const signIn = signInOf();
    const visit = visitOf(request);
    refuseOthers(visit);
    return send(request, reply, signIn, signIn.start(visit.facts, queryOf(request), addressOf(request)));
  });
  app.get(RELAY_PATHS.signInCallback, quiet, async (request, reply) => {
    const signIn = signInOf();
    const visit = visitOf(request);
    refuseOthers(visit);
    return send(request, reply, signIn, await signIn.finish(visit.facts, queryOf(request), addressOf(request)));
  });
  app.post(RELAY_PATHS.signOut, quiet, async (request, reply) => {
    const { body, setCookie } = await signInOf().signOut(visitOf(request).facts);
    return reply.header('set-cookie', setCookie).send(body);
  });
}
