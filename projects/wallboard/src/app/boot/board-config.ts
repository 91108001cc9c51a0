import { InjectionToken } from '@angular/core';
import { list, record, text } from '../api/json';
import type { SignInConfig } from './sign-in';

/** What the server tells the page in `/config.json`. Nothing in it is secret. */
export interface BoardConfig {
  /** Origin of the Genesys Cloud API. */
  readonly apiOrigin: string;
  /** `proxy`: calls of the API go through the relay, and no token comes here. */
  readonly mode: 'token' | 'proxy';
  /** Where the relay is mounted. */
  readonly relay: string;
  /** Scopes the board cannot do without. */
  readonly scopes: readonly string[];
  /** Scopes the board takes where it gets them. */
  readonly optionalScopes: readonly string[];
  /** The company's sign-in, where there is one. */
  readonly signIn?: SignInConfig;
  /** Users sign in with Genesys Cloud, through the relay. */
  readonly genesysSignIn?: true;
}

export const BOARD_CONFIG = new InjectionToken<BoardConfig>('BOARD_CONFIG');

/** Why the board cannot start, with what to do about it. */
export class BoardConfigError extends Error {
  override readonly name = 'BoardConfigError';
  readonly hint = 'Is the wallboard’s server running? It answers /config.json next to this page.';
}

/** Fetches the configuration. It comes before Angular starts, so it does not go through `HttpClient`. */
export async function loadBoardConfig(url = 'config.json'): Promise<BoardConfig> {
  let answer: unknown;
  try {
    const response = await fetch(url, { cache: 'no-store', headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error(`status ${response.status}`);
    answer = await response.json();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown reason';
    throw new BoardConfigError(`The board’s configuration could not be read (${why}).`, { cause });
  }
  return readBoardConfig(answer);
}

/** Reads the configuration and says which key is missing. */
export function readBoardConfig(answer: unknown): BoardConfig {
  const config = record(answer);
  return {
    apiOrigin: required(config, 'apiOrigin'),
    mode: config['mode'] === 'proxy' ? 'proxy' : 'token',
    relay: required(config, 'relay'),
    scopes: names(config['scopes']),
    optionalScopes: names(config['optionalScopes']),
    ...(config['signIn'] === undefined ? {} : { signIn: readSignIn(record(config['signIn'])) }),
    ...(config['genesysSignIn'] === true && { genesysSignIn: true })
  };
}

function readSignIn(config: Readonly<Record<string, unknown>>): SignInConfig {
  const resource = text(config['resource']);
  return {
    authority: required(config, 'authority', 'signIn.'),
    clientId: required(config, 'clientId', 'signIn.'),
    scope: text(config['scope']) ?? 'openid',
    ...(resource === undefined ? {} : { resource })
  };
}

function required(config: Readonly<Record<string, unknown>>, key: string, path = ''): string {
  const value = text(config[key]);
  if (value === undefined) throw new BoardConfigError(`The board’s configuration has no "${path}${key}".`);
  return value;
}

function names(value: unknown): readonly string[] {
  return list(value).flatMap((name) => text(name) ?? []);
}
