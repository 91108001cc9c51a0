import { createHash, randomBytes } from 'node:crypto';
import { type Sandbox, type SandboxClient, SANDBOX_PUBLIC_CLIENT } from '../src/index.ts';
import { type Answer, ApiClient, askToken, basic } from './harness.ts';

export const REDIRECT_URI = 'http://localhost:4200/callback';
export const AGENT = 'agent.1@sandbox.example';
export const SUPERVISOR = 'agent.2@sandbox.example';

/** A PKCE verifier and its S256 challenge. */
export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** A page, or a redirect. */
export interface Visit extends Pick<Answer, 'status' | 'headers' | 'text'> {
  /** Where it redirects to. */
  readonly location: string | undefined;
  /** The query of that. */
  readonly callback: Record<string, string>;
}

/** A browser: it keeps cookies, and follows no redirect. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  async open(url: string, init: RequestInit = {}): Promise<Visit> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie === '' ? {} : { cookie }), ...Object.fromEntries(new Headers(init.headers)) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    const location = response.headers.get('location') ?? undefined;
    const callback = Object.fromEntries(location === undefined ? [] : new URL(location).searchParams);
    return { status: response.status, headers: response.headers, text: await response.text(), location, callback };
  }

  /** Sends the login form of the page at `url`. */
  submit(url: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Visit> {
    return this.open(url, { method: 'POST', headers, body: new URLSearchParams(form) });
  }
}

/** The URL of an authorization request; `undefined` leaves a parameter out. */
export function authorizeUrl(sandbox: Sandbox, parameters: Record<string, string | undefined> = {}): string {
  const all: Record<string, string | undefined> = {
    client_id: SANDBOX_PUBLIC_CLIENT.id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    ...parameters
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${sandbox.authorizeEndpoint}?${new URLSearchParams(given).toString()}`;
}

/** The same with an S256 challenge. */
export function pkceUrl(
  sandbox: Sandbox,
  parameters: Record<string, string | undefined> = {}
): { url: string; verifier: string } {
  const { verifier, challenge } = pkce();
  const url = authorizeUrl(sandbox, { code_challenge: challenge, code_challenge_method: 'S256', ...parameters });
  return { url, verifier };
}

/** Whom to sign in, with which client, in which browser. */
export interface Options {
  readonly email?: string;
  readonly client?: SandboxClient;
  readonly browser?: Browser;
  readonly parameters?: Record<string, string>;
}

/** A code for a user, and what is needed to redeem it. */
export async function codeOf(
  sandbox: Sandbox,
  { email = AGENT, client = SANDBOX_PUBLIC_CLIENT, browser = new Browser(), parameters = {} }: Options = {}
): Promise<{ code: string; form: Record<string, string>; headers: Record<string, string> }> {
  const { url, verifier } = pkceUrl(sandbox, { client_id: client.id, ...parameters });
  const { callback, text } = await browser.submit(url, { email, password: 'any' });
  const code = callback['code'] ?? '';
  if (code === '') throw new Error(`No code: ${JSON.stringify(callback)} ${text}`);
  const form = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: parameters['redirect_uri'] ?? REDIRECT_URI,
    ...(client.secret === undefined ? { client_id: client.id } : {})
  };
  const headers: Record<string, string> =
    client.secret === undefined ? {} : { authorization: basic(client.id, client.secret) };
  return { code, form, headers };
}

/** The tokens of a user who signs in. */
export interface Tokens {
  readonly access_token: string;
  readonly expires_in: number;
  readonly refresh_token?: string;
}

/** Signs a user in and redeems the code. */
export async function tokensOf(sandbox: Sandbox, options: Options = {}): Promise<Tokens> {
  const { form, headers } = await codeOf(sandbox, options);
  const answer = await askToken(sandbox.tokenEndpoint, form, headers);
  if (answer.status !== 200) throw new Error(`No token: ${answer.text}`);
  const tokens: Tokens = JSON.parse(answer.text);
  return tokens;
}

/** Calls the API as a signed-in user. */
export async function userApi(sandbox: Sandbox, options: Options = {}): Promise<ApiClient> {
  return new ApiClient(sandbox.apiOrigin, (await tokensOf(sandbox, options)).access_token);
}

/** Asks for new tokens with a refresh token. */
export function refresh(sandbox: Sandbox, client: SandboxClient, refreshToken: string | undefined): Promise<Answer> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken ?? '' };
  return askToken(
    sandbox.tokenEndpoint,
    client.secret === undefined ? { ...form, client_id: client.id } : form,
    client.secret === undefined ? {} : { authorization: basic(client.id, client.secret) }
  );
}
