import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKeyIdentityConfig } from '../config/config.ts';
import type { RequestHead } from '../guard/request-head.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { Caller } from './caller.ts';
import type { Credential } from './credential.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function formDecoded(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return value;
  }
}

/** Finds the caller of a key. */
export interface ApiKeys {
  find(credential: Credential): Caller | undefined;
  /** The caller of a key that was presented before, with the roles that the key has now; `undefined` when the key is removed. */
  revalidate(caller: Caller): Caller | undefined;
}

/**
 * Builds the check of API keys. Only their SHA-256 is known. All keys are always compared, in constant time, so the time does not
 * reveal which one was close.
 */
export function createApiKeys(identities: readonly ApiKeyIdentityConfig[]): ApiKeys {
  const known = identities
    .flatMap(({ keys }) => keys)
    .map(({ id, sha256, roles }) => {
      const hash = Buffer.from(sha256, 'hex');
      const caller: Caller = {
        key: `apiKey:${id}`,
        subject: id,
        identity: 'apiKey',
        roles,
        source: hash.toString('hex')
      };
      return { idHash: digest(id), hash, caller };
    });

  function find(id: string | undefined, key: string): Caller | undefined {
    if (known.length === 0) return undefined;
    const keyHash = digest(key);
    const idHash = digest(id ?? '');
    let found: Caller | undefined;
    for (const candidate of known) {
      const keyMatches = timingSafeEqual(candidate.hash, keyHash);
      const idMatches = timingSafeEqual(candidate.idHash, idHash) || id === undefined;
      if (keyMatches && idMatches) found = candidate.caller;
    }
    return found;
  }

  return {
    find(credential) {
      switch (credential.kind) {
        case 'bearer':
          return find(undefined, credential.token);
        case 'body':
          return find(credential.id, credential.key);
        case 'basic':
          // Clients differ in whether they form-encode id and key before base64 (RFC 6749 section 2.3.1).
          return find(credential.id, credential.key) ?? find(formDecoded(credential.id), formDecoded(credential.key));
        default:
          return undefined;
      }
    },
    revalidate: ({ key, source }) => known.find(({ caller }) => caller.key === key && caller.source === source)?.caller
  };
}

/**
 * Whether a browser sent the request. The `fetch` of Node, which servers and scripts use, sends `Sec-Fetch-Mode: cors` as well, but
 * no other such header, and its own name as `User-Agent`.
 */
function fromBrowser({ headers }: RequestHead): boolean {
  const signs = Object.keys(headers).filter((name) => name === 'origin' || name.startsWith('sec-fetch-'));
  if (signs.length === 0) return false;
  const nodeFetch =
    signs.length === 1 && headers['sec-fetch-mode'] === 'cors' && /^(?:node|undici)$/.test(headers['user-agent'] ?? '');
  return !nodeFetch;
}

/** Refuses an API key that a browser sends, valid or not: every user of the page could read it. */
export function refuseInBrowser(head: RequestHead): void {
  if (!fromBrowser(head)) return;
  throw new RelayProblem('api_key_in_browser', 'An API key came from a browser.', {
    hint: 'API keys are for servers and scripts. Let the app send the token of its sign-in, and replace this key.'
  });
}
