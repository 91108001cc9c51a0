import { randomBytes } from 'node:crypto';
import { finding } from './causes.ts';
import { type Examination, askToken, inShort } from './examination.ts';
import type { Answer, NoAnswer } from './exchange.ts';
import type { RegionHosts } from './regions.ts';
import { tokenQuestion } from './token-request.ts';
import { judgeToken } from './token-verdict.ts';

type Known = 'yes' | 'no' | 'unclear';

/** Whether an answer to a made-up secret shows that the client id is known: 400 says no, 401 says yes. */
function isKnown(answer: Answer | NoAnswer): Known {
  if (answer.kind === 'none') return 'unclear';
  const verdict = judgeToken(answer);
  if (verdict.kind === 'granted') return 'unclear';
  switch (verdict.cause) {
    case 'unknown_client_or_region':
      return 'no';
    case 'secret_wrong_or_rotated':
    case 'client_disabled':
    case 'wrong_grant_type':
      return 'yes';
    default:
      return 'unclear';
  }
}

/** Asks one token endpoint whether it knows a client id, with a made-up secret. The real one is never sent. */
export async function probeClientId(examination: Examination, tokenEndpoint: string, id: string): Promise<Known> {
  const secret = `made-up-${randomBytes(12).toString('hex')}`;
  const question = tokenQuestion({ tokenEndpoint, id, secret, form: 'basic', scopes: [] });
  const answer = await askToken(examination, question);
  const known = isKnown(answer);
  examination.steps.push({
    name: 'client id',
    outcome: known === 'yes' ? 'ok' : known === 'no' ? 'problem' : 'unclear',
    tried: `POST ${tokenEndpoint}, the client id with a made-up secret`,
    answer: inShort(answer, examination.redactor)
  });
  return known;
}

/**
 * Looks for the region that knows a client id: one request each, one after the other, until one does. Says what it found.
 *
 * @param asked token endpoint that does not know the id
 */
export async function findRegionOf(
  examination: Examination,
  id: string,
  asked: string,
  regions: readonly RegionHosts[]
): Promise<void> {
  let unclear = 0;
  for (const { domain, tokenEndpoint } of regions) {
    if (tokenEndpoint === asked) continue;
    const known = await probeClientId(examination, tokenEndpoint, id);
    if (known === 'unclear') unclear++;
    if (known !== 'yes') continue;
    const message = `The client id is known in ${domain}, not in ${examination.region ?? new URL(asked).host}.`;
    examination.findings.push(finding('wrong_region', message, `Set genesys.region: ${domain}`));
    return;
  }
  const rest = unclear === 0 ? '' : ` (${unclear} of them gave no clear answer)`;
  examination.findings.push(
    finding(
      'unknown_client',
      `No region knows this client id${rest}.`,
      'Copy the client id again from Admin > Integrations > OAuth; a deleted client is not known any more.'
    )
  );
}
