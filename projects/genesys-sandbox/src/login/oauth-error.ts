/** A refusal of the token endpoint, in Genesys' shape: the description is said twice. */
export class OAuthError extends Error {
  readonly status: number;
  readonly error: string;

  constructor(status: number, error: string, description: string) {
    super(description);
    this.name = 'OAuthError';
    this.status = status;
    this.error = error;
  }

  get body(): { error: string; description: string; error_description: string } {
    return { error: this.error, description: this.message, error_description: this.message };
  }
}

/** A request the endpoint cannot read (RFC 6749 section 5.2). */
export const invalidRequest = (description: string): OAuthError => new OAuthError(400, 'invalid_request', description);

/** Too many token requests. Genesys answers 400 and not 429, and names no time to wait. */
export const rateLimited = (): OAuthError => invalidRequest('rate limit exceeded; too many token requests');
