import type { RelayClock } from '../runtime/clock.ts';
import { systemClock } from '../runtime/clock.ts';
import { type Outbound, createOutbound } from '../runtime/outbound.ts';
import { createCertificatePools } from '../token-source/certificate-pools.ts';
import { probeApi } from './api-probe.ts';
import { type Finding, type Step, exitCodeOf, finding } from './causes.ts';
import { bareUrl, endpointSlips, secretsInUrl } from './endpoint-shape.ts';
import type { Examination } from './examination.ts';
import { createHttpClient } from './http-client.ts';
import { isPair } from './certificate-probe.ts';
import { type WrittenCredential, hasKey } from './credentials.ts';
import { probeCredential, provenBy, skipped } from './credential-probe.ts';
import { judgeGrant } from './grant.ts';
import { probeHost } from './host-probe.ts';
import { type Redactor, createRedactor } from './redact.ts';
import { MAY_BE_REGION, findRegionOf } from './region-probe.ts';
import { REGION_HOSTS, type RegionHosts } from './regions.ts';
import { looksLikeId } from './secret-shape.ts';
import type { DoctorInput } from './doctor-input.ts';
import { probeSignIn } from './sign-in-probe.ts';
import { type Target, readTarget } from './target.ts';

/** Options of the doctor. */
export interface DoctorOptions {
  /** Look for the client id in every region when the configured one does not know it. */
  readonly findRegion?: boolean;
  /** Time limit of one request in milliseconds. */
  readonly timeoutMs?: number;
  readonly clock?: Pick<RelayClock, 'now'>;
  readonly regions?: readonly RegionHosts[];
  /** Certificate authority of the servers, PEM, if it is not a well-known one. */
  readonly ca?: string;
  /** How to connect to other hosts; default: by `HTTPS_PROXY` and `NO_PROXY` of the process. */
  readonly outbound?: Outbound;
}

/** The report of the doctor. It holds no secret and no token. */
export interface Diagnosis {
  readonly healthy: boolean;
  readonly exitCode: number;
  readonly target: {
    readonly region: string | null;
    readonly tokenEndpoint: string | null;
    readonly apiOrigin: string | null;
    /**
     * Shown only where it has the form of an id: id and secret get swapped. Of several clients that of the first, and without a client
     * of the relay that of sign-in.
     */
    readonly clientId: string | null;
    /** Each credential that was examined, where there are several. */
    readonly credentials: readonly { readonly name: string; readonly clientId: string | null; readonly auth: string }[];
  };
  readonly tokenRequests: number;
  readonly steps: readonly Step[];
  /** Findings, the most significant first. */
  readonly findings: readonly Finding[];
}

/** Causes that no other credential would change. */
const OF_THE_HOST: ReadonlySet<Finding['cause']> = new Set([
  'host_unreachable',
  'host_timeout',
  'tls_failed',
  'proxy_unreachable',
  'proxy_authentication',
  'proxy_refused',
  'not_a_token_endpoint',
  'redirected',
  'unexpected_continue',
  'content_type_lost',
  'rate_limited',
  'server_failed'
]);

/** The probes that need the network. Each runs only if the previous result leaves it a purpose. */
async function probe(
  examination: Examination,
  target: Target,
  outbound: Outbound,
  options: DoctorOptions
): Promise<void> {
  const { endpoints, credentials, issuer, sendScope, signIn } = target;
  const { steps, findings } = examination;
  const regions = options.regions ?? REGION_HOSTS;
  const hasClient = credentials.some(({ clientId }) => clientId !== undefined);
  if (endpoints === undefined || (!hasClient && signIn?.credential.clientId === undefined)) {
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
  const pools = createCertificatePools(new URL(tokenEndpoint).origin, { connections: 1 }, outbound, options.ca);
  const proven = credentials.map(provenBy);
  try {
    const [first] = proven;
    const isShown = first?.auth === 'tls_client_auth' && isPair(first);
    const host = await probeHost(examination, tokenEndpoint, isShown ? pools.of(first) : undefined);
    if (!host.reached) {
      steps.push(skipped('token', 'the login host cannot be reached'));
      return;
    }
    // The relay only signs users in, and obtains no token for itself.
    if (!hasClient) return;
    const place = { tokenEndpoint, issuer, sendScope, host, pools };
    /** Clients whose token was checked at the API. Their rights are the same for each of their credentials. */
    const shown = new Set<string | undefined>();
    for (const [index, credential] of credentials.entries()) {
      const since = { steps: steps.length, findings: findings.length };
      const granted = await probeCredential(examination, credential, proven[index], place);
      const lost = findings.findIndex(({ cause }, at) => at >= since.findings && MAY_BE_REGION.has(cause));
      const open = findings[lost];
      if (open !== undefined && options.findRegion === true && credential.clientId !== undefined)
        findings[lost] = await findRegionOf(examination, credential.clientId, tokenEndpoint, open.cause, regions);
      if (granted !== undefined) judgeGrant(examination, tokenEndpoint, granted, credential.scopes, sendScope);
      if (granted === undefined) steps.push(skipped('API', 'there is no token to test it with'));
      else if (!shown.has(credential.clientId)) {
        shown.add(credential.clientId);
        const scopes = credential.scopes.length > 0 ? credential.scopes : ['routing'];
        await probeApi(examination, endpoints.apiOrigin, granted.token, scopes);
      }
      nameCredential(examination, credential.label, since);
      const isLast = index === credentials.length - 1;
      if (!isLast && findings.slice(since.findings).some(({ cause }) => OF_THE_HOST.has(cause))) {
        steps.push(skipped('token', 'the other credentials would get the same result'));
        return;
      }
    }
  } finally {
    await pools.close();
  }
}

/** Adds the credential to the findings and steps since then. */
function nameCredential(
  { steps, findings, redactor }: Examination,
  label: string | undefined,
  since: { readonly steps: number; readonly findings: number }
): void {
  if (label === undefined) return;
  const credential = redactor.show(label);
  for (const [list, from] of [
    [steps, since.steps],
    [findings, since.findings]
  ] as const) {
    for (let at = from; at < list.length; at++) Object.assign(list[at] ?? {}, { credential });
  }
}

/** Sort order of findings: those that prevent a token first, warnings last. */
const RANK: Partial<Record<Finding['cause'], number>> = {
  credentials_in_query: -1,
  secret_missing: -1,
  config_invalid: 2,
  scope_misspelt: 1,
  clock_skew: 3
};
const rank = ({ cause, severity }: Finding): number => (RANK[cause] ?? 0) + (severity === 'warning' ? 10 : 0);

/** Hides the credentials of a client, and an id that is not a valid one, because it may be the secret in the wrong place. */
function hideAll(redactor: Redactor, credentials: readonly WrittenCredential[]): void {
  for (const { rawSecret, auth, clientId } of credentials) {
    // Of a private key the words around it are none.
    const isPem = hasKey({ auth }) && rawSecret?.includes('-----BEGIN');
    const parts = isPem ? [rawSecret?.replace(/-----[^-]*-----|\s/g, '')] : [rawSecret, rawSecret?.trim()];
    for (const part of parts) if (part !== undefined) redactor.hide(part);
    if (clientId !== undefined && !looksLikeId(clientId)) redactor.hide(clientId);
  }
}

/**
 * Examines a configuration against its server: each client and each of its fallbacks, with the configured authentication method. At
 * most four token requests carry a secret, in a header or a body. The search through the regions uses a made-up secret. A token is
 * used for one to three reads, and then discarded.
 *
 * @param input the configuration as written
 */
export async function examine(input: DoctorInput, options: DoctorOptions = {}): Promise<Diagnosis> {
  const clock = options.clock ?? systemClock;
  const redactor = createRedactor();
  const outbound = options.outbound ?? createOutbound(process.env);
  const target = readTarget(input, options.regions ?? REGION_HOSTS);
  const { region, endpoints, credentials } = target;
  hideAll(redactor, target.signIn === undefined ? credentials : [...credentials, target.signIn.credential]);
  if (endpoints !== undefined) for (const value of secretsInUrl(endpoints.tokenEndpoint)) redactor.hide(value);
  const examination: Examination = {
    http: createHttpClient(options.timeoutMs ?? 5000, () => clock.now(), outbound, options.ca),
    redactor,
    clock,
    region,
    steps: [],
    findings: target.findings.map((one) =>
      redactor.repeats(one.message) || redactor.repeats(one.fix)
        ? finding(
            one.cause,
            'The configuration has an issue whose text repeats a secret; it is withheld.',
            'Run check.'
          )
        : one
    ),
    tokenRequests: 0
  };
  try {
    await probe(examination, target, outbound, options);
    const mayAsk = !examination.findings.some(
      ({ cause }) => cause === 'api_host_as_login_host' || OF_THE_HOST.has(cause)
    );
    if (target.signIn !== undefined && endpoints !== undefined && mayAsk)
      await probeSignIn(examination, bareUrl(endpoints.tokenEndpoint), target.signIn);
  } finally {
    await examination.http.close();
  }
  const findings = [...examination.findings].sort((a, b) => rank(a) - rank(b));
  const exitCode = exitCodeOf(findings);
  const idOf = ({ clientId }: Pick<WrittenCredential, 'clientId'>) =>
    clientId !== undefined && looksLikeId(clientId) && !redactor.repeats(clientId) ? clientId : null;
  const shown = [...credentials, ...(target.signIn === undefined ? [] : [target.signIn.credential])].find(
    ({ clientId }) => clientId !== undefined
  );
  return {
    healthy: exitCode === 0,
    exitCode,
    target: {
      region,
      tokenEndpoint: endpoints === undefined ? null : bareUrl(endpoints.tokenEndpoint),
      apiOrigin: endpoints?.apiOrigin ?? null,
      clientId: shown === undefined ? null : idOf(shown),
      credentials: credentials.flatMap((one) =>
        one.label === undefined ? [] : { name: redactor.show(one.label), clientId: idOf(one), auth: one.auth }
      )
    },
    tokenRequests: examination.tokenRequests,
    steps: examination.steps,
    findings
  };
}
