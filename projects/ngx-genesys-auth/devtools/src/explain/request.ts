import type { HttpRequest } from '@angular/common/http';
import { ɵNEEDED_SCOPES as NEEDED_SCOPES, ɵSKIP as SKIP } from 'ngx-genesys-auth';
import { whyOtherOrigin } from './origin';
import type { Api, Verdict } from './verdict';

/**
 * Says what will become of a request, before anything is done with it.
 *
 * @param taker the configuration that takes it, if one does
 * @param base the page's URL
 */
export function explain(
  { url, context, headers }: HttpRequest<unknown>,
  taker: Api | undefined,
  apis: readonly Api[],
  base: string | undefined
): Verdict {
  if (context.has(SKIP)) return isRelayCall(url, apis) ? RELAY_CALL : SKIPPED;
  if (taker) {
    if (headers.has('Authorization')) return OWN_HEADER;
    const rule = `${taker.apiOrigin}/${taker.name === undefined ? '' : ` (${taker.name})`}`;
    return { kind: 'waiting', level: 'busy', rule, reason: 'It waits for the token.' };
  }
  const why = whyOtherOrigin(url, base, apis);
  if (!context.has(NEEDED_SCOPES)) return { kind: 'bare', ...why };
  return {
    kind: 'bare',
    ...why,
    level: 'odd',
    reason: `It asks for scopes by genesysScopes(), but goes elsewhere. ${why.reason}`
  };
}

const isRelayCall = (url: string, apis: readonly Api[]): boolean =>
  apis.some(({ relayUrl }) => url.startsWith(`${relayUrl}/`));

const RELAY_CALL: Verdict = {
  kind: 'bare',
  level: 'plain',
  rule: 'relay call',
  reason: 'This call is to the relay, where the token comes from.'
};

const SKIPPED: Verdict = {
  kind: 'bare',
  level: 'plain',
  rule: 'skipGenesysAuth()',
  reason: 'The app marked it by skipGenesysAuth(), so it is left as it is.'
};

const OWN_HEADER: Verdict = {
  kind: 'bare',
  level: 'plain',
  rule: 'own Authorization',
  reason: 'It already has an Authorization header, which is left as it is.',
  hint: 'If that is not meant, look for the interceptor or the call that sets it.'
};
