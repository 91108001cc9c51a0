/** Genesys Cloud's error body. */
export interface ErrorBody {
  readonly message: string;
  readonly code: string;
  readonly status: number;
  /** The `ININ-Correlation-Id` of the answer. */
  readonly contextId: string;
  readonly details: readonly unknown[];
  readonly errors: readonly unknown[];
  readonly limit?: RateLimitInfo;
}

/** Which limit a 429 speaks of. */
export interface RateLimitInfo {
  readonly key: string;
  readonly namespace: string;
  readonly value: number;
}

interface Extras {
  readonly retryAfterSeconds?: number;
  readonly allow?: string;
  readonly limit?: RateLimitInfo;
}

/** An answer of the API other than success. Codes and texts are those Genesys declares for all its operations. */
export class GenesysError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;
  readonly allow: string | undefined;
  readonly limit: RateLimitInfo | undefined;

  constructor(status: number, code: string, message: string, extras: Extras = {}) {
    super(message);
    this.name = 'GenesysError';
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = extras.retryAfterSeconds;
    this.allow = extras.allow;
    this.limit = extras.limit;
  }

  static badRequest(
    message = 'The request could not be understood by the server due to malformed syntax.'
  ): GenesysError {
    return new GenesysError(400, 'bad.request', message);
  }

  static constraint(message: string): GenesysError {
    return new GenesysError(400, 'constraint.validation', message);
  }

  static invalidValue(value: string, type: string, allowed: readonly string[]): GenesysError {
    const list = allowed.join(', ');
    return new GenesysError(
      400,
      'invalid.value',
      `Value [${shown(value)}] is not valid for field type [${type}]. Allowable values are: ${list}`
    );
  }

  static invalidParameter(value: string, name: string, allowed: string): GenesysError {
    return new GenesysError(
      400,
      'invalid.query.param.value',
      `Value [${shown(value)}] is not valid for parameter [${name}]. Allowable values are: ${allowed}`
    );
  }

  static notFound(): GenesysError {
    return new GenesysError(404, 'not.found', 'The requested resource was not found.');
  }

  static methodNotAllowed(allow: string): GenesysError {
    return new GenesysError(405, 'method.not.allowed', 'The method is not allowed for the requested resource.', {
      allow
    });
  }

  /** What a thrown value means to the caller. Anything unknown is a 500 without its text. */
  static from(thrown: unknown, maxBytes: number): GenesysError {
    if (thrown instanceof GenesysError) return thrown;
    switch (errorCode(thrown)) {
      case 'FST_ERR_CTP_BODY_TOO_LARGE':
        return new GenesysError(
          413,
          'request.entity.too.large',
          `The request is over the size limit. Maximum bytes: ${maxBytes}`
        );
      case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
        return new GenesysError(
          415,
          'unsupported.media.type',
          'Unsupported Media Type - Unsupported or incorrect media type, such as an incorrect Content-Type value in the header.'
        );
      case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
        return GenesysError.badRequest();
      // The caller went away in the middle of its body. Nobody reads the answer, but the log tells it from our own faults.
      case 'ECONNRESET':
        return new GenesysError(
          400,
          'client.failed.request',
          'The client did not produce a request with valid end of stream signaling. This can be caused by poor network connection and/or client behavior.'
        );
      default:
        return new GenesysError(
          500,
          'internal.server.error',
          'The server encountered an unexpected condition which prevented it from fulfilling the request.'
        );
    }
  }
}

/** The body of an error answer. */
export function errorBody(error: GenesysError, correlationId: string): ErrorBody {
  return {
    message: error.message,
    code: error.code,
    status: error.status,
    contextId: correlationId,
    details: [],
    errors: [],
    ...(error.limit === undefined ? {} : { limit: error.limit })
  };
}

/** The `code` that Fastify's and Node's own errors carry, if the thrown value has one. */
export function errorCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** A caller's value as an error may repeat it: short, and without control characters. */
export function shown(value: string): string {
  const clean = value.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
  return clean.length > 100 ? `${clean.slice(0, 100)}…` : clean;
}
