import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Admission, PermissionRule } from './gate.ts';

/** A request that came through the gate. */
export interface ApiCall extends Admission {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** The query string, repeated parameters kept. */
  readonly query: URLSearchParams;
}

/** One operation of the API: where it lives, what it needs, what it answers. */
export interface Operation {
  /** `GET` serves `HEAD` as well. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below `/api/v2`, with Fastify's `:parameters`. */
  readonly path: string;
  readonly permissions: PermissionRule;
  /** The body of a 200 answer. Throws a `GenesysError` for any other. */
  readonly handle: (call: ApiCall) => unknown;
}

/** Needs a live token and nothing else. */
export const ANY_TOKEN: PermissionRule = { type: 'none' };

/** Needs one of these permissions. */
export const anyOf = (...permissions: string[]): PermissionRule => ({ type: 'any', permissions });

/** Needs all of these permissions. */
export const allOf = (...permissions: string[]): PermissionRule => ({ type: 'all', permissions });
