import { RelayProblem } from '../reply/problem.ts';
import { safeText } from '../reply/safe-text.ts';

/** The body of a `POST /token`, as form or JSON. */
export interface TokenRequestBody {
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
  /** Lower-case hex SHA-256 of a token that the API refused. */
  readonly rejected: string | undefined;
  /** Whether the answer names the caller. Only a JSON body can request that. */
  readonly caller: boolean;
  /** Credentials in the body, unchanged. */
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
}

/** The body of a request that has none: it names no scope. */
export const EMPTY_BODY: TokenRequestBody = {
  scopes: [],
  optionalScopes: [],
  rejected: undefined,
  caller: false,
  clientId: undefined,
  clientSecret: undefined
};

const invalid = (message: string, hint: string) => new RelayProblem('invalid_request', message, { hint });

function checkGrantType(grantType: unknown): void {
  if (grantType === 'client_credentials') return;
  throw new RelayProblem(
    'unsupported_grant_type',
    typeof grantType === 'string'
      ? `The grant type '${safeText(grantType, 60)}' is not supported.`
      : 'grant_type is not text.',
    { hint: 'Send grant_type=client_credentials.' }
  );
}

function checkRejected(rejected: unknown): string | undefined {
  if (rejected === undefined || rejected === null) return undefined;
  if (typeof rejected === 'string' && /^[0-9a-f]{64}$/i.test(rejected)) return rejected.toLowerCase();
  throw invalid("'rejected' is not the SHA-256 of a token.", 'Send 64 hexadecimal digits, never the token itself.');
}

/** Splits the `scope` parameter (RFC 6749 section 3.3). */
const splitScope = (scope: string): readonly string[] => scope.split(' ').filter((name) => name !== '');

/** Reads a form. A parameter without a value counts as omitted, a repeated one is refused (RFC 6749 section 3.2). */
export function readForm(text: string): TokenRequestBody {
  const form = new URLSearchParams(text);
  const seen = new Set<string>();
  for (const name of form.keys()) {
    if (seen.has(name))
      throw invalid(`The parameter '${safeText(name, 40)}' occurs twice.`, 'Send each parameter once.');
    seen.add(name);
  }
  const value = (name: string): string | undefined => {
    const text = form.get(name);
    return text === null || text === '' ? undefined : text;
  };
  const grantType = value('grant_type');
  if (grantType === undefined) throw invalid('grant_type is missing.', 'Send grant_type=client_credentials.');
  checkGrantType(grantType);
  return {
    scopes: splitScope(value('scope') ?? ''),
    optionalScopes: [],
    rejected: checkRejected(value('rejected')),
    caller: false,
    clientId: value('client_id'),
    clientSecret: value('client_secret')
  };
}

function scopeList(value: unknown, name: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalid(`'${name}' is not a list of strings.`, `Send ${name} as a list, for example ['analytics'].`);
}

/** Reads a JSON body. */
export function readJson(text: string): TokenRequestBody {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw invalid('The body is not valid JSON.', 'Send a JSON object, or a form with its own content type.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('The body is not a JSON object.', "Send an object such as { 'scopes': [...] }.");
  }
  const members = new Map<string, unknown>(Object.entries(body));
  if (members.has('client_id') || members.has('client_secret')) {
    throw invalid('The JSON body holds credentials.', 'Send them in the Authorization header, or in a form.');
  }
  if (members.has('scope')) throw invalid("A JSON body has no member 'scope'.", "Send 'scopes' as a list of strings.");
  if (members.has('grant_type')) checkGrantType(members.get('grant_type'));
  return {
    scopes: scopeList(members.get('scopes'), 'scopes'),
    optionalScopes: scopeList(members.get('optionalScopes'), 'optionalScopes'),
    rejected: checkRejected(members.get('rejected')),
    caller: members.get('caller') === true,
    clientId: undefined,
    clientSecret: undefined
  };
}
