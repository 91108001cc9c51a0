import type { GenesysScopeErrorCode } from './codes';
import { GenesysAuthError, type GenesysAuthErrorDetails } from './error';
import { plainMessage, quotedName } from './plain-message';

/** A scope prevents the request. If the library itself found that, no request has left the browser. */
export class GenesysScopeError extends GenesysAuthError {
  override readonly name = 'GenesysScopeError';
  declare readonly code: GenesysScopeErrorCode;
  /** The scopes in question, as they were given. If an operation of the API needs them, any one of them is enough. */
  readonly scopes: readonly string[];
  /** The nearest valid name to the first of {@link scopes}, where there is one. */
  readonly nearest: string | undefined;

  /** @param message what happened; an empty one is replaced by the code, the scopes and the link */
  constructor(
    code: GenesysScopeErrorCode,
    scopes: readonly string[],
    message: string,
    details: GenesysAuthErrorDetails & { readonly nearest?: string | undefined } = {}
  ) {
    super(code, message || plainMessage(code, scopes.map(quotedName)), details);
    this.scopes = scopes;
    this.nearest = details.nearest;
  }
}
