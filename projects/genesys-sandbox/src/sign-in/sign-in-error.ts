/** A mistake that is shown to the user on a page of the login host. */
export class PageError extends Error {
  readonly status: number;
  /** What a developer can do about it. */
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.name = 'PageError';
    this.status = status;
    this.hint = hint;
  }
}

/** Where an answer of `/oauth/authorize` goes, and the state that goes back with it. */
export interface Callback {
  readonly redirectUri: string;
  readonly state: string | undefined;
}

/** A mistake that is reported to the client at its redirect URI (RFC 6749 section 4.1.2.1). */
export class CallbackError extends Error {
  readonly url: string;

  constructor(callback: Callback, error: string, description: string) {
    super(description);
    this.name = 'CallbackError';
    this.url = callbackUrl(callback, { error, error_description: description });
  }
}

/** The redirect URI with parameters for the client. Its own query is unchanged. */
export function callbackUrl({ redirectUri, state }: Callback, answer: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams({ ...answer, ...(state === undefined ? {} : { state }) });
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.toString()}`;
}
