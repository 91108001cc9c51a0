import type { RelayClock } from '../runtime/clock.ts';
import { systemClock } from '../runtime/clock.ts';
import { probeApi } from './api-probe.ts';
import { type Finding, type Step, exitCodeOf, finding } from './causes.ts';
import { bareUrl, endpointSlips, secretsInUrl } from './endpoint-shape.ts';
import { type Examination, report } from './examination.ts';
import { createExchange } from './exchange.ts';
import { probeHost } from './host-probe.ts';
import { createRedactor } from './redact.ts';
import { findRegionOf, probeClientId } from './region-probe.ts';
import { REGION_HOSTS, type RegionHosts } from './regions.ts';
import { looksLikeId } from './secret-shape.ts';
import type { Patient } from './patient.ts';
import { type Target, readTarget } from './target.ts';
import { probeToken } from './token-probe.ts';

/** What a test may replace, and how far the doctor goes. */
export interface DoctorOptions {
  /** Look for the client id in every region when the configured one does not know it. */
  readonly findRegion?: boolean;
  /** Milliseconds one request may take. */
  readonly timeoutMs?: number;
  readonly clock?: Pick<RelayClock, 'now'>;
  readonly regions?: readonly RegionHosts[];
}

/** What the doctor has to say. Holds no secret and no token. */
export interface Diagnosis {
  readonly healthy: boolean;
  readonly exitCode: number;
  readonly target: {
    readonly region: string | null;
    readonly tokenEndpoint: string | null;
    readonly apiOrigin: string | null;
    /** Shown only where it has the form of an id: id and secret get swapped. */
    readonly clientId: string | null;
  };
  readonly tokenRequests: number;
  readonly steps: readonly Step[];
  /** Causes, the most telling first. */
  readonly findings: readonly Finding[];
}

const skipped = (name: string, why: string): Step => ({ name, outcome: 'skipped', tried: why });

async function withoutSecret(examination: Examination, tokenEndpoint: string, id: string): Promise<void> {
  const known = await probeClientId(examination, tokenEndpoint, id);
  if (known === 'no') report(examination, 'unknown_client_or_region', tokenEndpoint);
}

/** The probes that need the network, each only where the one before leaves it a meaning. */
async function probe(examination: Examination, target: Target, options: DoctorOptions): Promise<void> {
  const { endpoints, clientId, rawSecret } = target;
  const { steps, findings } = examination;
  steps.push(...target.notes);
  const regions = options.regions ?? REGION_HOSTS;
  if (endpoints === undefined || clientId === undefined) {
    steps.push(skipped('login host', 'the configuration names no usable token endpoint or client id'));
    return;
  }
  const slips = endpointSlips(endpoints.tokenEndpoint, endpoints.apiOrigin, regions);
  findings.push(...slips);
  if (slips.some(({ cause }) => cause === 'api_host_as_login_host')) {
    steps.push(skipped('token', 'credentials are not sent to an API host'));
    return;
  }
  const tokenEndpoint = bareUrl(endpoints.tokenEndpoint);
  const host = await probeHost(examination, tokenEndpoint);
  if (!host.reached) {
    steps.push(skipped('token', 'the login host is not there'));
    return;
  }
  let token: string | undefined;
  if (target.otherAuth !== undefined) {
    steps.push(skipped('token', `doctor does not prove a client by ${target.otherAuth}`));
    findings.push(
      finding(
        'answer_does_not_tell',
        `The client proves itself by ${target.otherAuth}, which doctor cannot do: nobody asked for a token.`,
        'Start the relay and ask it for a token; its log says how the token request ends.'
      )
    );
  } else if (rawSecret === undefined || rawSecret.trim() === '')
    await withoutSecret(examination, tokenEndpoint, clientId);
  else {
    const scopes = target.sendScope ? target.scopes.filter((scope) => /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(scope)) : [];
    token = await probeToken(
      examination,
      { tokenEndpoint, id: clientId, rawSecret, auth: target.auth, scopes },
      host.authMethods
    );
  }
  const lost = findings.findIndex(({ cause }) => cause === 'unknown_client_or_region');
  if (lost >= 0 && options.findRegion === true) {
    findings.splice(lost, 1);
    await findRegionOf(examination, clientId, tokenEndpoint, regions);
  }
  if (token === undefined) steps.push(skipped('API', 'there is no token to show it'));
  else await probeApi(examination, endpoints.apiOrigin, token, target.scopes.length > 0 ? target.scopes : ['routing']);
}

/** What is in the way of a token comes first, then what is wrong besides; warnings last. */
const RANK: Partial<Record<Finding['cause'], number>> = {
  credentials_in_query: -1,
  secret_missing: -1,
  config_invalid: 2,
  scope_misspelt: 1,
  clock_skew: 3
};
const rank = ({ cause, severity }: Finding): number => (RANK[cause] ?? 0) + (severity === 'warning' ? 10 : 0);

/**
 * Examines a configuration against the server it names. At most four token requests carry the secret, each in a header or a
 * body; looking through the regions uses a made-up one. A token it gets is used for one to three reads, and then forgotten.
 *
 * @param patient the configuration as written
 */
export async function examine(patient: Patient, options: DoctorOptions = {}): Promise<Diagnosis> {
  const clock = options.clock ?? systemClock;
  const redactor = createRedactor();
  const target = readTarget(patient, options.regions ?? REGION_HOSTS);
  const { region, endpoints, clientId, rawSecret } = target;
  if (rawSecret !== undefined) for (const form of [rawSecret, rawSecret.trim()]) redactor.hide(form);
  // An id that has not the form of one may be the secret, in the wrong place.
  if (clientId !== undefined && !looksLikeId(clientId)) redactor.hide(clientId);
  if (endpoints !== undefined) for (const value of secretsInUrl(endpoints.tokenEndpoint)) redactor.hide(value);
  const examination: Examination = {
    exchange: createExchange(options.timeoutMs ?? 5000, () => clock.now()),
    redactor,
    clock,
    region,
    steps: [],
    findings: target.findings.map((one) =>
      redactor.repeats(one.message) || redactor.repeats(one.fix)
        ? finding(
            one.cause,
            'The configuration has a mistake whose text repeats a secret; it is withheld.',
            'Run check.'
          )
        : one
    ),
    tokenRequests: 0
  };
  try {
    await probe(examination, target, options);
  } finally {
    await examination.exchange.close();
  }
  const findings = [...examination.findings].sort((a, b) => rank(a) - rank(b));
  const exitCode = exitCodeOf(findings);
  return {
    healthy: exitCode === 0,
    exitCode,
    target: {
      region,
      tokenEndpoint: endpoints === undefined ? null : bareUrl(endpoints.tokenEndpoint),
      apiOrigin: endpoints?.apiOrigin ?? null,
      clientId: clientId !== undefined && looksLikeId(clientId) && !redactor.repeats(clientId) ? clientId : null
    },
    tokenRequests: examination.tokenRequests,
    steps: examination.steps,
    findings
  };
}
