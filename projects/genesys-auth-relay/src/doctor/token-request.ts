import { Secret } from '../config/secret.ts';
import { tokenRequest } from '../token-source/token-request.ts';
import type { HttpRequest } from './http-client.ts';

/** How the credentials are sent: Basic with both parts form-encoded (RFC 6749), Basic without encoding, or in the body. */
export type AuthForm = 'basic' | 'basic-raw' | 'post';

/** The forms as text. */
export const FORM_NAMES: Record<AuthForm, string> = {
  basic: 'Basic, form-encoded (RFC 6749)',
  'basic-raw': 'Basic, not encoded',
  post: 'in the body'
};

/** One token request. */
export interface TokenTry {
  readonly tokenEndpoint: string;
  readonly id: string;
  readonly secret: string;
  readonly form: AuthForm;
  readonly scopes: readonly string[];
}

/** The request that the relay would send, apart from the form of Basic. The query is empty. */
export function tokenRequestOf({ tokenEndpoint, id, secret, form, scopes }: TokenTry): HttpRequest {
  const client = { id, secret: new Secret(secret), auth: form === 'post' ? 'post' : 'basic' } as const;
  const { headers, body } = tokenRequest({ sendScope: true }, client, scopes);
  if (form === 'basic-raw') headers['authorization'] = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  return { method: 'POST', url: tokenEndpoint, headers, body };
}

/** Whether the two forms of Basic differ for these credentials. Only then the other one is worth a request. */
export function formsDiffer(id: string, secret: string): boolean {
  const plain = new URLSearchParams({ '': id, ' ': secret });
  return plain.toString() !== `=${id}&+=${secret}`;
}
