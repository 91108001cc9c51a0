import { randomBytes, randomUUID } from 'node:crypto';
import { type Cause, type Finding, finding } from './causes.ts';
import { type Examination, askToken, inShort } from './examination.ts';
import type { Answer, NoAnswer } from './http-client.ts';
import type { RegionHosts } from './regions.ts';
import { type AuthForm, tokenRequestOf } from './token-request.ts';
import { descriptionOf, judgeToken } from './token-verdict.ts';

type Known = 'yes' | 'no' | 'unclear';

/** A request with a made-up secret. The real one is never sent. */
function askWithMadeUpSecret(examination: Examination, tokenEndpoint: string, id: string, form: AuthForm) {
  const secret = `made-up-${randomBytes(12).toString('hex')}`;
  return askToken(examination, tokenRequestOf({ tokenEndpoint, id, secret, form, scopes: [] }));
}

/** The part of a refusal that is compared. Its text may repeat the client id, and may hold an id or the time of the request. */
function refusalOf(answer: Answer, id: string): string {
  const words = descriptionOf(answer)
    .replaceAll(id, '')
    .split(/\s+/)
    .filter((word) => !/\d/.test(word));
  return JSON.stringify([answer.status, answer.body?.['error'], words]);
}

/**
 * Whether a token endpoint refuses a made-up client id in the same way as this one. Then its 401 says nothing about the client id
 * or the region.
 *
 * @param refusal its answer to the examined client id
 * @param form how the credentials were sent in that request
 */
export async function refusesEveryIdAlike(
  examination: Examination,
  tokenEndpoint: string,
  id: string,
  refusal: Answer | NoAnswer,
  form: AuthForm
): Promise<boolean> {
  const madeUp = randomUUID();
  const answer = await askWithMadeUpSecret(examination, tokenEndpoint, madeUp, form);
  const differs =
    answer.kind === 'answer' && refusal.kind === 'answer' && refusalOf(answer, madeUp) !== refusalOf(refusal, id);
  examination.steps.push({
    name: 'made-up client id',
    outcome: differs ? 'ok' : 'unclear',
    tried: `POST ${tokenEndpoint}, a made-up client id with a made-up secret`,
    answer: inShort(answer, examination.redactor)
  });
  return !differs;
}

/** Whether the refusal of a made-up secret shows that the client id is known. A 401 shows it only by comparison. */
async function isKnown(
  examination: Examination,
  tokenEndpoint: string,
  id: string,
  answer: Answer | NoAnswer
): Promise<Known> {
  if (answer.kind === 'none') return 'unclear';
  const verdict = judgeToken(answer);
  if (verdict.kind === 'granted') return 'unclear';
  switch (verdict.cause) {
    case 'unknown_client_or_region':
      return 'no';
    case 'client_disabled':
    case 'wrong_grant_type':
      return 'yes';
    case 'secret_wrong_or_rotated':
      return (await refusesEveryIdAlike(examination, tokenEndpoint, id, answer, 'basic')) ? 'unclear' : 'yes';
    default:
      return 'unclear';
  }
}

/** Asks one token endpoint whether it knows a client id, with a made-up secret. */
export async function probeClientId(examination: Examination, tokenEndpoint: string, id: string): Promise<Known> {
  const answer = await askWithMadeUpSecret(examination, tokenEndpoint, id, 'basic');
  const known = await isKnown(examination, tokenEndpoint, id, answer);
  examination.steps.push({
    name: 'client id',
    outcome: known === 'yes' ? 'ok' : known === 'no' ? 'problem' : 'unclear',
    tried: `POST ${tokenEndpoint}, the client id with a made-up secret`,
    answer: inShort(answer, examination.redactor)
  });
  return known;
}

/** Causes that a wrong region would explain, too. */
export const MAY_BE_REGION: ReadonlySet<Cause> = new Set(['unknown_client_or_region', 'secret_or_region']);

/**
 * Searches the regions in turn for one that knows a client id.
 *
 * @param asked token endpoint that is not known to know the id
 * @param cause cause of its refusal: one of {@link MAY_BE_REGION}
 */
export async function findRegionOf(
  examination: Examination,
  id: string,
  asked: string,
  cause: Cause,
  regions: readonly RegionHosts[]
): Promise<Finding> {
  const isUnknownThere = cause === 'unknown_client_or_region';
  let unclear = isUnknownThere ? 0 : 1;
  for (const { domain, tokenEndpoint } of regions) {
    if (tokenEndpoint === asked) continue;
    const known = await probeClientId(examination, tokenEndpoint, id);
    if (known === 'unclear') unclear++;
    if (known !== 'yes') continue;
    const there = examination.region ?? new URL(asked).host;
    const message = `The client id is known in ${domain}, ${isUnknownThere ? 'not' : 'not shown to be known'} in ${there}. The secret was not tried in ${domain}: it may be wrong as well.`;
    return finding('wrong_region', message, `Set genesys.region: ${domain}`);
  }
  const compare = 'Copy the client id again from Admin > Integrations > OAuth; a deleted client is not known any more.';
  if (unclear === 0) return finding('unknown_client', 'No region knows this client id.', compare);
  return finding(
    cause,
    `No region shows that it knows this client id, but ${unclear} of them did not answer or refuse a made-up client id in the same way. The client id, the region or the secret may be wrong.`,
    `${compare} Compare the region with the address of your Genesys Cloud.`
  );
}
