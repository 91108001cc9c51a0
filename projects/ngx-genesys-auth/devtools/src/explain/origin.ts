import { GENESYS_REGIONS, originsOf } from 'genesys-auth-protocol';
import type { Api, Verdict } from './verdict';

const ABSOLUTE = /^(?:[a-z][a-z\d+.-]*:|[/\\]{2})/i;

type Why = Pick<Verdict, 'level' | 'rule' | 'reason' | 'hint'>;

/**
 * Explains why a URL is on none of the APIs, by the closest match: the same origin in another spelling, another scheme or port,
 * another region, a look-alike.
 *
 * @param base the page's URL, for relative ones; `undefined` where there is no page
 */
export function whyOtherOrigin(url: string, base: string | undefined, apis: readonly Api[]): Why {
  const parsed = URL.canParse(url, base) ? new URL(url, base) : undefined;
  if (!parsed) return { level: 'odd', rule: 'no URL', reason: 'The URL cannot be parsed.' };
  for (const near of [sameOrigin, sameHost, otherRegion, lookAlike]) {
    for (const { apiOrigin } of apis) {
      const why = near(url, parsed, new URL(apiOrigin));
      if (why) return why;
    }
  }
  const known = apis.map(({ apiOrigin }) => apiOrigin).join(' or ');
  if (!ABSOLUTE.test(url)) {
    return { level: 'plain', rule: 'relative URL', reason: `It goes to the page's own origin, not to ${known}.` };
  }
  return { level: 'plain', rule: 'other origin', reason: `${originOf(parsed)} is not ${known}.` };
}

/** The origin of a URL; for those that have none, such as `data:`, the scheme. */
export const originOf = ({ origin, protocol }: URL): string => (origin === 'null' ? protocol : origin);

function sameOrigin(url: string, parsed: URL, { origin }: URL): Why | undefined {
  if (parsed.origin !== origin) return undefined;
  const what =
    parsed.username || parsed.password
      ? 'a user name before the host'
      : !ABSOLUTE.test(url)
        ? 'a relative URL'
        : 'another spelling of the origin';
  return {
    level: 'odd',
    rule: 'other spelling',
    reason: `It is ${origin} with ${what}; the token goes only to URLs that begin with "${origin}/", letter by letter.`,
    hint: `Write it with "${origin}/" in front.`
  };
}

function sameHost(_url: string, parsed: URL, api: URL): Why | undefined {
  if (parsed.hostname !== api.hostname) return undefined;
  const other = parsed.protocol !== api.protocol ? 'scheme' : 'port';
  return {
    level: 'odd',
    rule: `other ${other}`,
    reason: `The ${other} differs: ${parsed.origin} is not ${api.origin}.`,
    hint: `Write it with "${api.origin}/" in front.`
  };
}

function otherRegion(_url: string, parsed: URL, api: URL): Why | undefined {
  const region = GENESYS_REGIONS.find(({ domain }) => parsed.hostname.endsWith(`.${domain}`));
  if (!region) return undefined;
  if (parsed.origin !== originsOf(region).apiOrigin) {
    return {
      level: 'plain',
      rule: 'not the API',
      reason: `${parsed.origin} belongs to Genesys Cloud, but the token is for its API, ${api.origin}.`
    };
  }
  return {
    level: 'odd',
    rule: 'other region',
    reason: `${parsed.origin} is the API of the region ${region.domain}; the configuration is for ${api.origin}.`,
    hint: `Call ${api.origin}, or add a second configuration with a name for ${region.domain}.`
  };
}

function lookAlike(_url: string, parsed: URL, api: URL): Why | undefined {
  if (!parsed.hostname.startsWith(`${api.hostname}.`)) return undefined;
  return {
    level: 'odd',
    rule: 'look-alike',
    reason: `${parsed.hostname} begins like ${api.hostname}, but it is another host.`,
    hint: 'Find out where this URL comes from: it may be an attempt to get the token.'
  };
}
