import { RETURN_TO_PARAMETER, SIGN_IN_PARAMETERS } from 'genesys-auth-protocol';
import type { SignInConfig } from '../config/config.ts';
import type { RequestHead } from '../guard/request-head.ts';
import { type SignInAnswer, page } from './answer.ts';
import { readCookies, sessionIdOf } from './cookies.ts';
import type { ReturnTo } from './return-to.ts';
import { nameOf } from './sessions.ts';
import type { Transactions } from './transactions.ts';

/** Maximum length of a parameter for Genesys Cloud. */
const MAX_PARAMETER = 256;

/** Dependencies of {@link createStart}. */
export interface StartParts {
  readonly returnTo: ReturnTo;
  readonly transactions: Transactions;
  /** Name of the cookie that holds the id of a session. */
  readonly sessionCookie: string;
}

/** Answers `GET /sign-in`: sends the browser to Genesys Cloud. */
export function createStart(
  { client, redirectUri, appUrl, authorizeEndpoint }: SignInConfig,
  { returnTo, transactions, sessionCookie }: StartParts
): (head: RequestHead, query: string) => SignInAnswer {
  return (head, query) => {
    const parameters = new URLSearchParams(query);
    const known: readonly string[] = [RETURN_TO_PARAMETER, ...SIGN_IN_PARAMETERS];
    const names = [...parameters.keys()];
    const wrong = names.find(
      (name, index) =>
        !known.includes(name) ||
        names.indexOf(name) !== index ||
        (name !== RETURN_TO_PARAMETER && !isPlain(parameters.get(name) ?? ''))
    );
    const hint = 'Go back to the app and sign in from there.';
    if (wrong !== undefined || !areGood(parameters))
      return page('parameters', 'The link to sign in has a parameter that the relay does not accept.', hint);
    const target = returnTo.resolve(parameters.get(RETURN_TO_PARAMETER) ?? appUrl);
    if (target === undefined)
      return page('parameters', 'The link to sign in leads to a page that is not part of the app.', hint);
    const cookies = readCookies(head);
    const id = sessionIdOf(cookies, sessionCookie);
    const before = id === undefined ? undefined : nameOf(id);
    const { state, challenge, setCookies } = transactions.begin(cookies, { returnTo: target, before });
    const to = new URL(authorizeEndpoint);
    to.searchParams.set('response_type', 'code');
    to.searchParams.set('client_id', client.id);
    to.searchParams.set('redirect_uri', redirectUri);
    to.searchParams.set('state', state);
    if (client.pkce) {
      to.searchParams.set('code_challenge', challenge);
      to.searchParams.set('code_challenge_method', 'S256');
    }
    for (const name of SIGN_IN_PARAMETERS) {
      const value = parameters.get(name);
      if (value !== null) to.searchParams.set(name, value);
    }
    return { kind: 'redirect', to: to.href, setCookies };
  };
}

/** Whether a value may be sent to Genesys Cloud. */
const isPlain = (value: string): boolean => value !== '' && value.length <= MAX_PARAMETER && !/\p{C}/u.test(value);

/** Whether the parameters are valid for Genesys Cloud. */
function areGood(parameters: URLSearchParams): boolean {
  const prompt = parameters.get('prompt');
  return (prompt === null || prompt === 'login') && parameters.has('org') === parameters.has('provider');
}
