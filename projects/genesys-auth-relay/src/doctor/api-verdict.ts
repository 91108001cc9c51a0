import type { Cause } from './causes.ts';
import type { Answer } from './http-client.ts';

/** The meaning of an answer of the API; `undefined`: no problem. */
export interface ApiVerdict {
  readonly cause: Cause | undefined;
  /** Permissions or scopes that the server names. */
  readonly names: readonly string[];
}

/** Names in the last brackets of a message: `... assigned: [routing:queue:view]`. */
function bracketed(message: unknown): string[] {
  const text = typeof message === 'string' ? message.trimEnd() : '';
  const start = text.lastIndexOf('[');
  if (start === -1 || !text.endsWith(']')) return [];
  return text
    .slice(start + 1, -1)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[\w:.*-]{1,100}$/.test(name));
}

/** Judges an answer of the API to a read with a fresh token. */
export function judgeApi({ status, body }: Answer): ApiVerdict {
  const code = typeof body?.['code'] === 'string' ? body['code'] : '';
  const names = bracketed(body?.['message']);
  if (status >= 200 && status < 300)
    return body === undefined ? { cause: 'not_the_api', names: [] } : { cause: undefined, names: [] };
  if (code === 'ip.not.authorized') return { cause: 'address_not_allowed', names: [] };
  if (status === 401) return { cause: 'token_refused_by_api', names: [] };
  if (code === 'app.not.authorized.for.scope') return { cause: 'scope_not_allowed', names };
  // An answer without a code is not from the API but from a server in front of it.
  if (status === 403 && code !== '') return { cause: 'missing_permission', names };
  if (status === 429) return { cause: 'rate_limited', names: [] };
  if (status >= 500) return { cause: 'server_failed', names: [] };
  return { cause: code === '' ? 'not_the_api' : 'api_refuses', names: [] };
}
