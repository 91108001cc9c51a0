import { covers } from 'genesys-scopes';
import { judgeApi } from './api-verdict.ts';
import { type Examination, inShort, report } from './examination.ts';
import { networkCause } from './token-verdict.ts';

/** Read requests that need one permission, by their scope. */
const READS = [
  { scope: 'routing:readonly', path: '/api/v2/routing/queues?pageSize=1' },
  { scope: 'presence:readonly', path: '/api/v2/presence/definitions' }
];

/** Introspection that does not restart the inactivity timeout of the token. */
const ME = '/api/v2/tokens/me?preserveIdleTTL=true';

async function read(examination: Examination, apiOrigin: string, path: string, name: string, token: string) {
  const { http, redactor, steps } = examination;
  const url = `${apiOrigin}${path}`;
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const answer = await http.send({ method: 'GET', url, headers });
  const verdict = answer.kind === 'none' ? undefined : judgeApi(answer);
  const bad = verdict === undefined || verdict.cause !== undefined;
  steps.push({
    name,
    outcome: bad ? 'problem' : 'ok',
    tried: `GET ${url} with the token`,
    answer: inShort(answer, redactor)
  });
  if (answer.kind === 'none') {
    const cause = networkCause(answer);
    report(examination, cause === 'host_unreachable' ? 'api_unreachable' : cause, url);
    return false;
  }
  if (verdict?.cause === undefined) return true;
  const names = verdict.names.filter((one) => !redactor.repeats(one));
  // With another OAuth server there may be no Genesys API at all.
  const isElsewhere = verdict.cause === 'not_the_api' && examination.region === null;
  const severity = isElsewhere || verdict.cause === 'api_refuses' ? 'warning' : 'error';
  report(examination, verdict.cause, url, { names }, severity);
  return false;
}

/**
 * Checks at the API whether it accepts the token, and whether the client's roles allow the scopes of the relay. Genesys Cloud
 * does not apply scopes to client credentials, so only a read request can show that.
 *
 * @param scopes scopes of the relay; each one with a harmless read request is tested
 */
export async function probeApi(
  examination: Examination,
  apiOrigin: string,
  token: string,
  scopes: readonly string[]
): Promise<void> {
  if (!(await read(examination, apiOrigin, ME, 'API', token))) return;
  const reads = READS.filter(({ scope }) => scopes.some((granted) => covers(granted, scope)));
  for (const { scope, path } of reads) await read(examination, apiOrigin, path, `roles for ${scope}`, token);
  if (reads.length > 0) return;
  const tried = 'none of the scopes has a harmless read that would show permissions';
  examination.steps.push({ name: 'roles', outcome: 'skipped', tried });
}
