import { GenesysAuthError } from './error';

/**
 * Whether an error says that the user may not do something: a scope is not granted, or the relay's policy gives this user
 * nothing. `requireScopes()` and `*genesysScopes` answer "no" for exactly these errors. After any other error the answer is
 * not known (the relay is down, the user is not signed in), or the call itself is wrong (a misspelt scope).
 *
 * @param error anything that was thrown
 * @returns true for the code `scope_not_granted`, and for an error whose `problem.code` is `policy_denied`
 * @example
 * auth.ensureScopes('routing').catch((error: unknown) => {
 *   if (isScopeDenied(error)) this.#router.navigateByUrl('/denied');
 * });
 */
export const isScopeDenied = (error: unknown): error is GenesysAuthError =>
  error instanceof GenesysAuthError && (error.code === 'scope_not_granted' || error.problem?.code === 'policy_denied');
