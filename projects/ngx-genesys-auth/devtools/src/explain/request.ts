import type { HttpRequest } from '@angular/common/http';
import {
  ɵCONFIGURATION_NAME as CONFIGURATION_NAME,
  ɵNEEDED_SCOPES as NEEDED_SCOPES,
  ɵSKIP as SKIP
} from 'ngx-genesys-auth';
import { whyOtherOrigin } from './origin';
import type { Api, Taker, Verdict } from './verdict';

/**
 * Explains how a request will be handled, before it is handled.
 *
 * @param taker the configuration that handles it, if one does
 * @param base the page's URL
 */
export function explain(
  { url, context, headers }: HttpRequest<unknown>,
  taker: Taker | undefined,
  apis: readonly Api[],
  base: string | undefined
): Verdict {
  if (context.has(SKIP)) return isRelayCall(url, apis) ? RELAY_CALL : SKIPPED;
  if (taker) {
    if (headers.has('Authorization')) return OWN_HEADER;
    if (taker === 'being loaded') return LOADING;
    return { kind: 'waiting', level: 'busy', rule: ruleOf(taker), reason: 'It waits for the token.' };
  }
  if (context.has(CONFIGURATION_NAME)) {
    const asked = context.get(CONFIGURATION_NAME);
    const api = apis.find(({ name }) => name === asked);
    if (api) return otherApi(api);
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

/** The rule by which a configuration takes requests. */
export const ruleOf = ({ apiOrigin, name }: Api): string => `${apiOrigin}/${name === undefined ? '' : ` (${name})`}`;

const otherApi = ({ name = '', apiOrigin }: Api): Verdict => ({
  kind: 'bare',
  level: 'odd',
  rule: 'other API',
  reason: `It asks for the configuration "${name}" by genesysConfig(), whose API is ${apiOrigin}.`,
  hint: `Write the URL with "${apiOrigin}/" in front, or leave genesysConfig() out.`
});

const LOADING: Verdict = {
  kind: 'waiting',
  level: 'busy',
  rule: 'configuration',
  reason: 'It waits for the configuration, which is being loaded.'
};

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
