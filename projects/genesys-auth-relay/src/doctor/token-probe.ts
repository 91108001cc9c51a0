import type { Granted } from '../token-source/token-answer.ts';
import { type Cause, type Finding, finding } from './causes.ts';
import { type Examination, askToken, inShort, report } from './examination.ts';
import { withoutScopes } from './assertion-request.ts';
import { refusesEveryIdAlike } from './region-probe.ts';
import { type ShapeSlip, secretSlip } from './secret-shape.ts';
import type { HttpRequest } from './http-client.ts';
import { type AuthForm, FORM_NAMES, type TokenTry, formsDiffer, tokenRequestOf } from './token-request.ts';
import { type TokenVerdict, judgeToken, networkCause } from './token-verdict.ts';

/** Requests with the real secret in one examination: too few to lock a client. */
export const MAX_TOKEN_REQUESTS = 4;

/** The credentials and scopes of a token request. */
export interface TokenAsk {
  readonly tokenEndpoint: string;
  readonly id: string;
  /** The unmodified secret. */
  readonly rawSecret: string;
  readonly auth: 'basic' | 'post';
  readonly scopes: readonly string[];
  /** Key of the credential in the configuration. */
  readonly key: string;
}

/**
 * Requests a token once, and records the step.
 *
 * @param how authentication method, as text
 */
export async function tryToken(examination: Examination, name: string, request: HttpRequest, how: string) {
  const answer = await askToken(examination, request);
  const verdict: TokenVerdict =
    answer.kind === 'none' ? { kind: 'refused', cause: networkCause(answer) } : judgeToken(answer);
  // The token must never be shown. A body that is not a token answer is not shown at all.
  const token = answer.kind === 'answer' ? answer.body?.['access_token'] : undefined;
  if (typeof token === 'string') examination.redactor.hide(token);
  examination.steps.push({
    name,
    outcome: verdict.kind === 'granted' ? 'ok' : 'problem',
    tried: `POST ${request.url}, ${how}`,
    answer: inShort(answer, examination.redactor)
  });
  return { ...verdict, answer };
}

const attempt = (examination: Examination, name: string, request: TokenTry, why: string) =>
  tryToken(examination, name, tokenRequestOf(request), `credentials ${FORM_NAMES[request.form]}${why}`);

const CONFIRMED = ' Without it the token endpoint grants a token, so this is the cause.';
const SUSPECTED =
  ' This is the likely cause of the refusal; the answer itself only says that the credentials are wrong, and the wrong region may get the same answer.';

const slipFinding = ({ cause, message, fix }: ShapeSlip, more: string): Finding =>
  finding(cause, `${message}${more}`, fix);

/** Another way to send the same credentials that is worth a request, if there is one. */
function otherForm({ auth, id }: TokenAsk, secret: string, supported: readonly string[]): AuthForm | undefined {
  if (auth === 'basic' && formsDiffer(id, secret)) return 'basic-raw';
  const method = auth === 'basic' ? 'client_secret_basic' : 'client_secret_post';
  if (supported.length > 0 && supported.includes(method)) return undefined;
  return auth === 'basic' ? 'post' : 'basic';
}

const FORM_FIXES: Record<AuthForm, (key: string) => string> = {
  basic: (key) => `Set ${key}.auth: basic.`,
  'basic-raw': (key) => `Set ${key}.auth: post, where both sides agree on the form.`,
  post: (key) => `Set ${key}.auth: post.`
};

/**
 * Requests a token as the relay does. If it is refused, one mistake at a time is corrected to find the cause, with at most
 * {@link MAX_TOKEN_REQUESTS} requests.
 *
 * @param supported authentication methods in the server's metadata
 * @returns the grant, for the probes of the API
 */
export async function probeToken(
  examination: Examination,
  ask: TokenAsk,
  supported: readonly string[]
): Promise<Granted | undefined> {
  const { findings } = examination;
  const { tokenEndpoint, id, rawSecret, auth, scopes } = ask;
  const secret = rawSecret.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
  const slip = secretSlip(rawSecret, id);
  // With a line break in the secret the relay does not start, so the unmodified secret is not tried.
  const request: TokenTry = { tokenEndpoint, id, secret: secret.trim(), form: auth, scopes };
  const brokenLine = slip?.cause === 'secret_newline';
  const first: TokenTry = { ...request, secret: brokenLine ? (slip.repaired ?? secret) : secret };
  const verdict = await attempt(examination, 'token', first, brokenLine ? ', without the line breaks' : '');
  if (verdict.kind === 'granted') {
    if (brokenLine) findings.push(slipFinding(slip, CONFIRMED));
    return verdict.granted;
  }
  if (brokenLine) findings.push(slipFinding(slip, ' The relay does not start with it.'));

  if (verdict.cause === 'scope_refused') {
    report(examination, 'scope_refused', tokenEndpoint);
    const plain = await attempt(examination, 'token without scope', { ...first, scopes: [] }, ', no scope');
    return plain.kind === 'granted' ? withoutScopes(plain.granted) : undefined;
  }
  if (verdict.cause !== 'secret_wrong_or_rotated' || brokenLine) {
    if (!(brokenLine && verdict.cause === 'secret_wrong_or_rotated')) report(examination, verdict.cause, tokenEndpoint);
    return undefined;
  }

  if (slip?.repaired !== undefined && slip.repaired !== '') {
    const repaired = { ...request, secret: slip.repaired };
    const again = await attempt(examination, 'token with a repaired secret', repaired, `, undone: ${slip.cause}`);
    findings.push(slipFinding(slip, again.kind === 'granted' ? CONFIRMED : SUSPECTED));
    return again.kind === 'granted' ? again.granted : undefined;
  }
  if (slip !== undefined) {
    findings.push(slipFinding(slip, SUSPECTED));
    return undefined;
  }
  const form = otherForm(ask, secret, supported);
  if (form !== undefined) {
    const other = await attempt(examination, 'token, credentials in another form', { ...request, form }, '');
    if (other.kind === 'granted') {
      const message = `The server takes the credentials ${FORM_NAMES[form]}, but not ${FORM_NAMES[auth]}.`;
      findings.push(finding('auth_method_refused' satisfies Cause, message, FORM_FIXES[form](ask.key)));
      return other.granted;
    }
  }
  const idsAlike = await refusesEveryIdAlike(examination, tokenEndpoint, id, verdict.answer, auth);
  const cause = idsAlike && examination.region !== null ? 'secret_or_region' : 'secret_wrong_or_rotated';
  report(examination, cause, tokenEndpoint, { idsAlike });
  return undefined;
}
