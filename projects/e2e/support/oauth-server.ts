import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { firstLineOf } from './first-line.ts';

/** Client metadata as oidc-provider takes it (RFC 7591 section 2). */
export interface OAuthClient {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly grant_types: readonly string[];
  readonly response_types: readonly string[];
  readonly redirect_uris: readonly string[];
  readonly token_endpoint_auth_method: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';
  readonly token_endpoint_auth_signing_alg?: string;
  readonly jwks?: { readonly keys: readonly object[] };
  readonly application_type?: 'web' | 'native';
  readonly scope?: string;
}

export interface OAuthServerSettings {
  readonly clients: readonly OAuthClient[];
  readonly scopes: readonly string[];
  /** Seconds. */
  readonly tokenTtl: number;
  readonly audience?: string;
  readonly roles?: Readonly<Record<string, readonly string[]>>;
  /** How far its clock is ahead of the machine's, in milliseconds. */
  readonly clockOffMs?: number;
}

/** An answer of the token endpoint. */
export interface GrantedTokens {
  readonly access_token: string;
  readonly refresh_token?: string;
}

export interface OAuthServer {
  readonly origin: string;
  /** Statuses the server answered with, by method and path. */
  answered(): Promise<Record<string, number[]>>;
  /** The answers of the token endpoint that hold tokens, oldest first. */
  granted(): Promise<readonly GrantedTokens[]>;
  /** Advances its clock. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts oidc-provider, the independent OAuth server, in a process of its own (it ships as ES modules only). */
export async function startOAuthServer(settings: OAuthServerSettings): Promise<OAuthServer> {
  const child = spawn(process.execPath, [join(__dirname, 'oauth-server.mjs'), JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'pipe']
  });
  const line = await firstLineOf('oidc-provider', child);
  const { origin } = JSON.parse(line) as { origin: string };
  return {
    origin,
    answered: async () => (await fetch(`${origin}/answered`)).json() as Promise<Record<string, number[]>>,
    granted: async () => (await fetch(`${origin}/granted`)).json() as Promise<readonly GrantedTokens[]>,
    advance: async (ms) => {
      await fetch(`${origin}/clock?ms=${String(ms)}`, { method: 'POST' });
    },
    close: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit').once('exit', () => {
          resolve();
        });
        child.stdin.end();
      })
  };
}
