import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LiveToken } from '../tokens/token-store.ts';

/** The permissions that a client's roles need for an operation: none, one of several, or all of them. */
export type PermissionRule =
  { readonly type: 'none' } | { readonly type: 'any' | 'all'; readonly permissions: readonly string[] };

/** The caller of an admitted request. */
export interface Admission {
  readonly token: string;
  readonly live: LiveToken;
}

/** An admitted request. */
export interface ApiCall extends Admission {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** The query, with repeated parameters. */
  readonly query: URLSearchParams;
}

/** One operation of the API: path, requirements and answer. */
export interface Operation {
  /** `GET` serves `HEAD` as well. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below `/api/v2`, with Fastify's `:parameters`. */
  readonly path: string;
  /** Scopes of which a user's token needs one; none for `[]`. They do not apply to client credentials. */
  readonly scopes: readonly string[];
  readonly permissions: PermissionRule;
  /** Whether `preserveIdleTTL=true` keeps the request from counting as use of the token. */
  readonly mayPreserveIdleTime?: true;
  /** The body of a 200 answer. Throws a `GenesysError` for any other. */
  readonly handle: (call: ApiCall) => unknown;
}

/** Any live token has the scope. */
export const ANY_SCOPE: readonly string[] = [];

/** The scope that reads, or the one that reads and writes. */
export const toRead = (scope: string): readonly string[] => [`${scope}:readonly`, scope];

/** Needs a live token and nothing else. */
export const ANY_TOKEN: PermissionRule = { type: 'none' };

/** Needs one of these permissions. */
export const anyOf = (...permissions: string[]): PermissionRule => ({ type: 'any', permissions });

/** Needs all of these permissions. */
export const allOf = (...permissions: string[]): PermissionRule => ({ type: 'all', permissions });

/** The query string of a request, repeated parameters kept. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? '';
  return new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
}
