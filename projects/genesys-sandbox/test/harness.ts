import { type Sandbox, type SandboxClient, type SandboxOptions, SANDBOX_CLIENT, createSandbox } from '../src/index.ts';

/** 23 November 2026, 10:00 UTC: a Monday morning. */
export const MONDAY = Date.UTC(2026, 10, 23, 10);

/** A clock that stands still until told otherwise. */
export class FakeClock {
  time = MONDAY;
  now(): number {
    return this.time;
  }
  pass(ms: number): void {
    this.time += ms;
  }
}

const open = new Set<Sandbox>();

/** A sandbox on free ports and a standing clock; {@link closeAll} stops it. */
export async function start(options: SandboxOptions = {}): Promise<{ sandbox: Sandbox; clock: FakeClock }> {
  const clock = new FakeClock();
  const sandbox = await createSandbox({ clock, ...options });
  open.add(sandbox);
  return { sandbox, clock };
}

/** Stops every sandbox a test has started. */
export async function closeAll(): Promise<void> {
  await Promise.all([...open].map((sandbox) => sandbox.close()));
  open.clear();
}

/** Numbers of an analytics answer; which of them are there depends on the metric. */
export interface Stats {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly ratio: number;
  readonly numerator: number;
  readonly denominator: number;
  readonly target: number;
  readonly calculatedMetricValue: number;
}

/** A metric with its numbers. */
export interface Figure {
  readonly metric: string;
  readonly qualifier?: string;
  readonly stats: Stats;
  readonly truncated?: boolean;
  readonly observations?: { observationDate: string; conversationId?: string; userId?: string }[];
}

/** One group of an analytics answer: figures (observations), or parts of the interval with figures (aggregates). */
export interface Result {
  readonly group: Record<string, string>;
  readonly data: (Figure & { interval: string; metrics: Figure[]; views?: { name: string; stats: Stats }[] })[];
}

/** Whatever the sandbox may answer; a test reads what belongs to its request. */
export interface Body {
  readonly access_token: string;
  readonly expires_in: number;
  readonly error: string;
  readonly error_description: string;
  readonly code: string;
  readonly message: string;
  readonly nextUri?: string;
  readonly id: string;
  readonly entities: {
    id: string;
    name: string;
    selfUri: string;
    division: { id: string };
    state?: string;
    rejectionReason?: string;
    missingPermissions?: string[];
  }[];
  readonly results?: Result[];
  readonly systemToOrganizationMappings: Record<string, string[]>;
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an empty object if there is none. */
  readonly body: Body;
}

/** Sends a request and reads the answer. */
export async function send(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return { status: response.status, headers: response.headers, text, body: JSON.parse(json ? text : '{}') };
}

/** `Authorization: Basic` with id and secret as they are, in UTF-8. */
export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`, 'utf8').toString('base64')}`;
}

/** Asks for a token with a form; `headers` on top. */
export async function askToken(
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {}
): Promise<Answer> {
  return send(url, { method: 'POST', headers, body: new URLSearchParams(form) });
}

/** A live access token for the client. */
export async function tokenOf(sandbox: Sandbox, client: SandboxClient = SANDBOX_CLIENT): Promise<string> {
  const headers = { authorization: basic(client.id, client.secret ?? '') };
  const answer = await askToken(sandbox.tokenEndpoint, { grant_type: 'client_credentials' }, headers);
  if (answer.status !== 200) throw new Error(`No token: ${answer.text}`);
  return answer.body.access_token;
}

/** Calls the API with a token. */
export class ApiClient {
  readonly #origin: string;
  readonly #token: string;

  constructor(origin: string, token: string) {
    this.#origin = origin;
    this.#token = token;
  }

  /** A client with a fresh token of the development client. */
  static async of(sandbox: Sandbox, client?: SandboxClient): Promise<ApiClient> {
    return new ApiClient(sandbox.apiOrigin, await tokenOf(sandbox, client));
  }

  get(path: string, method = 'GET'): Promise<Answer> {
    return send(this.#origin + path, { method, headers: { authorization: `Bearer ${this.#token}` } });
  }

  post(path: string, body: unknown, method = 'POST'): Promise<Answer> {
    return send(this.#origin + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body)
    });
  }
}
