import type { SignInFailure } from 'genesys-auth-protocol';
import { RelayProblem } from '../reply/problem.ts';

/** The answers of `/sign-in` and its callback. */
export type SignInAnswer =
  | { readonly kind: 'redirect'; readonly to: string; readonly setCookies: readonly string[] }
  /** A page of the relay, because it is not known where to return to. */
  | { readonly kind: 'page'; readonly problem: RelayProblem };

/** A page that explains why sign-in failed. */
export const page = (reason: SignInFailure, message: string, hint: string): SignInAnswer => ({
  kind: 'page',
  problem: new RelayProblem('sign_in_failed', message, { hint, reason })
});
