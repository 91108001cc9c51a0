import { EmptyError, TimeoutError } from 'rxjs';

/** What happened, and what to do about it: for developers. */
export interface Wording {
  readonly message: string;
  readonly hint: string;
}

/** The words for a success answer that is none of a relay. */
export const invalidResponseWording: Wording = {
  message: 'The answer is not what a relay sends.',
  hint: 'Check that relay is the URL of a relay, not of a page or another server.'
};

/**
 * The words for a failure that the relay does not explain.
 *
 * @param isRelay whether the answer is a problem of a relay, and not of a server or proxy in its place
 */
export function failureWording(status: number, isRelay: boolean): Wording {
  if (status === 0) {
    return {
      message: 'The relay cannot be reached.',
      hint: 'Check that it runs at the configured URL and that CORS and the content security policy (connect-src) allow it.'
    };
  }
  if (status === 401) {
    return {
      message: 'The relay does not know who is calling.',
      hint: 'Sign the user in, or send the credential by an interceptor or relay.headers.'
    };
  }
  if (status === 403) {
    return {
      message: 'The relay refuses this caller.',
      hint: "Check the caller's roles in the relay's policy."
    };
  }
  if (status === 429) return { message: 'The relay was called too often.', hint: 'Wait, then try again.' };
  if (status >= 500 && !isRelay) {
    return {
      message: `No relay answers at its URL; a server or proxy in front of it answered ${status}.`,
      hint: 'Start the relay, and check that the proxy sends its calls there (with ng serve: target in the file of proxyConfig).'
    };
  }
  if (status >= 500) {
    return {
      message: 'The relay, or the token endpoint behind it, has a fault.',
      hint: "It is asked again with the next request; the relay's log says more."
    };
  }
  return { message: `The relay answered ${status}.`, hint: 'Check that relay is the URL of a relay.' };
}

/** The words for a call that failed without an answer. */
export function noAnswerWording(cause: unknown, timeoutMs: number): Wording {
  if (cause instanceof TimeoutError) {
    return {
      message: `The relay did not answer within ${timeoutMs} ms.`,
      hint: 'Check the network and the relay, or raise relay.timeoutMs.'
    };
  }
  if (cause instanceof EmptyError) {
    return {
      message: 'The call to the relay ended without an answer.',
      hint: 'An interceptor of the app called it off, for example at a navigation; let it leave calls to the relay alone.'
    };
  }
  return {
    message: 'The call to the relay failed before it left the app.',
    hint: 'An interceptor or relay.headers threw; see cause.'
  };
}
