/** One request a sandbox host answered. Never holds a secret, a token or a query string. */
export interface SandboxRequest {
  readonly host: 'login' | 'api';
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly status: number;
  /** When it was answered, milliseconds since the epoch by the sandbox's clock. */
  readonly at: number;
  /** Scheme of the Authorization header. */
  readonly authorization: 'none' | 'basic' | 'bearer' | 'other';
  /** The `ININ-Correlation-Id` of the answer. */
  readonly correlationId: string;
}

const CAPACITY = 10_000;
const PATH_LENGTH = 200;

/** The last 10,000 requests, newest last. */
export class RequestLog {
  readonly #entries: SandboxRequest[] = [];

  get entries(): readonly SandboxRequest[] {
    return this.#entries;
  }

  add(entry: SandboxRequest): void {
    this.#entries.push(entry);
    // Trimmed in blocks, so that a busy sandbox does not shift the whole array on every request.
    if (this.#entries.length > CAPACITY * 1.1) this.#entries.splice(0, this.#entries.length - CAPACITY);
  }
}

/** The path of a raw request target, short enough to keep, with whatever looks like a credential masked. */
export function loggedPath(target: string): string {
  // A target may be a whole URL, user and password included.
  const path = target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] ?? '';
  return path.slice(0, PATH_LENGTH).replaceAll(/[\w~%.+=-]{41,}/g, '…');
}

/** Which kind of credential an Authorization header carries. */
export function authorizationKind(header: string | undefined): SandboxRequest['authorization'] {
  if (header === undefined || header === '') return 'none';
  const scheme = header.trimStart().split(/\s/, 1)[0]?.toLowerCase();
  return scheme === 'basic' || scheme === 'bearer' ? scheme : 'other';
}
