import type { Relay } from '../relay/relay.ts';
import { RelayProblem, problemAnswer } from '../reply/problem.ts';
import { type Answer, jsonAnswer } from '../reply/write.ts';
import { signInPage } from '../sign-in/page.ts';
import type { SignInAnswer } from '../sign-in/answer.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import type { RequestContext, RouteHandler } from './request-context.ts';

/** Returns the current sign-in. Call it for each request, because a reload may replace the configuration. */
function signInOf({ signIn }: Relay): SignIn {
  if (signIn !== undefined) return signIn;
  throw new RelayProblem('not_found', 'Users do not sign in at this relay.', { hint: 'Add the section signIn.' });
}

/** Refuses everything but a navigation of the whole window. */
function checkNavigation({ head }: RequestContext): void {
  const { 'sec-fetch-dest': destination, 'sec-fetch-mode': mode } = head.headers;
  if (destination === undefined || destination === 'document') return;
  // A navigation that a service worker of the app forwards has lost its destination. No script can set this mode. A frame in such an
  // app passes, too: it needs a page of the same site, since cookies are SameSite, and it signs in the same user.
  if (destination === 'empty' && mode === 'navigate') return;
  throw new RelayProblem('invalid_request', 'Sign-in is a navigation of the whole window.', {
    hint: 'Set location.href to the URL; do not fetch it, and do not open it in a frame.'
  });
}

function queryOf({ request: { url = '' } }: RequestContext): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start + 1);
}

/** A redirect, or a page for a person that says what went wrong. */
function answerOf(context: RequestContext, signIn: SignIn, answer: SignInAnswer): Answer {
  if (answer.kind === 'redirect') {
    return { status: 303, headers: { location: answer.to, 'set-cookie': [...answer.setCookies] } };
  }
  const { problem } = answer;
  context.code = problem.code;
  const { status, headers } = problemAnswer(problem, context.id);
  return {
    status,
    headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
    body: signInPage(problem, signIn.appUrl(context.head))
  };
}

/** `GET /sign-in` */
export const createSignInHandler =
  (relay: Relay): RouteHandler =>
  (context) => {
    const signIn = signInOf(relay);
    checkNavigation(context);
    const address = relay.clientAddress(context.head, context.ip);
    return answerOf(context, signIn, signIn.start(context.head, queryOf(context), address));
  };

/** `GET /sign-in/callback` */
export const createSignInCallbackHandler =
  (relay: Relay): RouteHandler =>
  async (context) => {
    const signIn = signInOf(relay);
    checkNavigation(context);
    const address = relay.clientAddress(context.head, context.ip);
    return answerOf(context, signIn, await signIn.finish(context.head, queryOf(context), address));
  };

/** `POST /sign-out` */
export const createSignOutHandler =
  (relay: Relay): RouteHandler =>
  async (context) => {
    const { body, setCookie } = await signInOf(relay).signOut(context.head);
    const { headers, ...answer } = jsonAnswer(body);
    return { ...answer, headers: { ...headers, 'set-cookie': setCookie } };
  };
