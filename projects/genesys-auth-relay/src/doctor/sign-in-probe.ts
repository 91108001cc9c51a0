import { randomBytes } from 'node:crypto';
import { formEncode } from '../token-source/token-request.ts';
import { type Cause, finding } from './causes.ts';
import { skipped } from './credential-probe.ts';
import type { WrittenCredential } from './credentials.ts';
import { type Examination, askToken, inShort, report } from './examination.ts';
import type { Answer, HttpRequest, NoAnswer } from './http-client.ts';
import { judgeToken, networkCause } from './token-verdict.ts';

const NAME = 'sign-in client';
const ADMIN = 'Admin > Integrations > OAuth';

const SECRET_MISSING = {
  cause: 'sign_in_secret_missing',
  message: 'the OAuth client is refused without a secret, so it is a confidential client.',
  fix: `Copy its secret from ${ADMIN} and write signIn.client.secret: { env: NAME }.`
} as const;

/** The meaning of an answer for the sign-in client, if it differs from that for client credentials. */
const WORDS: Partial<Record<Cause, { readonly cause: Cause; readonly message: string; readonly fix: string }>> = {
  wrong_grant_type: {
    cause: 'sign_in_grant_type',
    message: 'the OAuth client may not exchange codes: it has another grant type than Code Authorization.',
    fix: `Create an OAuth client with the grant type 'Code Authorization' in ${ADMIN}, and write its id to signIn.client.id.`
  },
  secret_wrong_or_rotated: {
    cause: 'secret_wrong_or_rotated',
    message: 'the credentials are refused: the secret is wrong, or it was regenerated.',
    fix: `Copy the secret again from ${ADMIN}. If that does not help, compare the region with the address of your Genesys Cloud.`
  }
};

/** The sign-in client, as written. */
export interface WrittenSignIn {
  readonly credential: WrittenCredential;
  readonly redirectUri: string | undefined;
}

function codeRequestOf(tokenEndpoint: string, { credential, redirectUri = '' }: WrittenSignIn): HttpRequest {
  const { clientId = '', rawSecret, auth } = credential;
  const secret = rawSecret?.replace(/\r?\n$/, '');
  const random = () => randomBytes(32).toString('base64url');
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: random(),
    code_verifier: random(),
    redirect_uri: redirectUri
  });
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded'
  };
  if (secret !== undefined && auth === 'basic') {
    const pair = `${formEncode(clientId)}:${formEncode(secret)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  } else {
    form.set('client_id', clientId);
    if (secret !== undefined) form.set('client_secret', secret);
  }
  return { method: 'POST', url: tokenEndpoint, headers, body: form.toString() };
}

/**
 * Exchanges a made-up code. A client that may sign users in gets `invalid_grant`, which concerns the code. Any other answer
 * concerns the client.
 */
export async function probeSignIn(
  examination: Examination,
  tokenEndpoint: string,
  signIn: WrittenSignIn
): Promise<void> {
  const { credential } = signIn;
  const { steps, findings, redactor } = examination;
  const isPublic = credential.reference === undefined;
  if (credential.clientId === undefined || (!isPublic && credential.rawSecret === undefined)) {
    steps.push(skipped(NAME, 'the configuration names no usable client of sign-in'));
    return;
  }
  const answer = await askToken(examination, codeRequestOf(tokenEndpoint, signIn));
  const isAccepted = answer.kind === 'answer' && answer.body?.['error'] === 'invalid_grant';
  steps.push({
    name: NAME,
    outcome: isAccepted ? 'ok' : 'problem',
    tried: 'POST with a made-up code, to see whether the client may exchange codes',
    answer: inShort(answer, redactor)
  });
  if (isAccepted) return;
  const cause = causeOf(answer);
  const words = cause === 'secret_wrong_or_rotated' && isPublic ? SECRET_MISSING : WORDS[cause];
  if (words === undefined) report(examination, cause, tokenEndpoint);
  else findings.push(finding(words.cause, `signIn.client: ${words.message}`, words.fix));
}

function causeOf(answer: Answer | NoAnswer): Cause {
  if (answer.kind === 'none') return networkCause(answer);
  const verdict = judgeToken(answer);
  return verdict.kind === 'refused' ? verdict.cause : 'answer_does_not_tell';
}
