import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkScope } from 'genesys-scopes';
import { type ConfigIssue, RelayConfigError } from '../config/error.ts';
import { parseRelayConfig } from '../config/parse.ts';
import { type Finding, type Step, finding } from './causes.ts';
import { type Patient, type WrittenClient, at, clientOf, textAt } from './patient.ts';
import type { RegionHosts } from './regions.ts';

/** What could be read of it, wrong as it may be. */
export interface Target {
  readonly region: string | null;
  /** `undefined` when the configuration names no usable endpoints. */
  readonly endpoints: { readonly tokenEndpoint: string; readonly apiOrigin: string } | undefined;
  readonly clientId: string | undefined;
  /** The secret as it stands in its place, line breaks included. */
  readonly rawSecret: string | undefined;
  readonly auth: 'basic' | 'post';
  /** How the client proves itself where the doctor cannot do that. */
  readonly otherAuth: string | undefined;
  /** What is left out, for the person who reads the report. */
  readonly notes: readonly Step[];
  readonly sendScope: boolean;
  readonly scopes: readonly string[];
  /** What is wrong with the configuration itself. */
  readonly findings: readonly Finding[];
}

/** The value behind a reference as it is, or `undefined`. */
function rawValue(reference: unknown, { env, baseDir }: Patient): string | undefined {
  const name = textAt(reference, 'env');
  if (name !== undefined) {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    return value === '' ? undefined : value;
  }
  const file = textAt(reference, 'file');
  if (file === undefined) return undefined;
  try {
    return readFileSync(resolve(baseDir, file), 'utf8') || undefined;
  } catch {
    return undefined;
  }
}

function issuesOf({ input, env, baseDir }: Patient): readonly ConfigIssue[] {
  try {
    parseRelayConfig(input, env, baseDir);
    return [];
  } catch (error) {
    if (error instanceof RelayConfigError) return error.issues;
    throw error;
  }
}

function findingOf({ key, message, fix }: ConfigIssue, clientKey: string): Finding {
  const words = `${key}: ${message}.`;
  if (key === 'genesys.tokenEndpoint' && message.includes('user name or password'))
    return finding('credentials_in_query', words, `${fix}, and replace the secret: it may have been logged`);
  if (key === 'genesys.region') return finding('region_unknown', words, fix);
  if (key === `${clientKey}.secret`) return finding('secret_missing', words, fix);
  if (/^scopes\[|^roles\..*copes\[/.test(key)) return finding('scope_misspelt', words, fix);
  return finding('config_invalid', words, fix);
}

function scopeFindings(scopes: readonly string[]): Finding[] {
  return scopes.flatMap((scope, index) => {
    const slip = checkScope(scope);
    // A malformed name stops the relay and is among the issues already.
    if (slip === undefined || slip.kind === 'malformed') return [];
    const nearest = slip.nearest === undefined ? '' : ` Did you mean ${slip.nearest}?`;
    const fix = slip.nearest === undefined ? slip.hint : `Write ${slip.nearest}.`;
    return [finding('scope_misspelt', `scopes[${index}]: ${slip.message}${nearest}`, fix)];
  });
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** `echo` adds a line break to a variable; the relay drops that one, other programs that read it do not. */
function droppedBreak(reference: unknown, raw: string | undefined): Finding[] {
  if (textAt(reference, 'env') === undefined || raw === undefined || !/[^\r\n]\r?\n$/.test(raw)) return [];
  return [
    finding(
      'secret_newline',
      'The environment variable with the secret ends with a line break, which the relay drops.',
      'Set it without one (printf %s, not echo).',
      'warning'
    )
  ];
}

/** Without the name that was given: an argument may be a secret. */
const noSuchClient = (): Finding =>
  finding(
    'config_invalid',
    'The configuration has no OAuth client of that name.',
    'Give --client a name from genesys.clients.'
  );

function notesOn({ written, name, names }: WrittenClient): readonly Step[] {
  const fallbacks = at(written, 'fallbacks');
  const others = names.filter((other) => other !== name).join(', ');
  const choice = `'${name}'; for another one add --client NAME (${others})`;
  return [
    ...(others === '' ? [] : [{ name: 'client', outcome: 'ok', tried: choice } as const]),
    ...(Array.isArray(fallbacks) && fallbacks.length > 0
      ? [
          {
            name: 'fallbacks',
            outcome: 'skipped',
            tried: 'they are not tried: only the credential of the client itself is'
          } as const
        ]
      : [])
  ];
}

/** Ways to prove a client that take a key or a certificate. */
const BY_KEY: readonly (string | undefined)[] = ['private_key_jwt', 'tls_client_auth'];

/**
 * Reads what can be read of a configuration, also of one that the relay would refuse.
 *
 * @param regions the region table; its names count as known
 */
export function readTarget(patient: Patient, regions: readonly RegionHosts[]): Target {
  const { input } = patient;
  const genesys = at(input, 'genesys');
  const name = textAt(genesys, 'region')?.toLowerCase();
  const region = regions.find(({ domain, aws }) => domain === name || aws === name);
  const client = clientOf(patient);
  const { written, key: clientKey } = client ?? { written: undefined, key: 'genesys.client' };
  const id = at(written, 'id');
  const secret = at(written, 'secret');
  const auth = textAt(written, 'auth');
  const rawSecret = rawValue(secret, patient);
  const isOneOfSeveral = client !== undefined && client.names.length > 0;
  const scopes = patient.genesysOnly === true ? [] : strings(at(isOneOfSeveral ? written : input, 'scopes'));

  const issues = issuesOf(patient)
    .filter(({ key }) => patient.genesysOnly !== true || key.startsWith('genesys'))
    .filter(({ key }) => key !== 'genesys.region' || region === undefined)
    // The form of a secret that is there is judged on its own.
    .filter(({ key }) => key !== `${clientKey}.secret` || rawSecret === undefined || rawSecret.trim() === '');
  const unsafe = issues.some(({ key }) => /^genesys(?:\.(?:region|tokenEndpoint|apiOrigin))?$/.test(key));
  const tokenEndpoint = region?.tokenEndpoint ?? textAt(genesys, 'tokenEndpoint');
  const apiOrigin = region?.apiOrigin ?? textAt(genesys, 'apiOrigin');
  return {
    region: region?.domain ?? null,
    // A URL that the configuration check refuses (not encrypted, say) is never sent anything.
    endpoints:
      unsafe || tokenEndpoint === undefined || apiOrigin === undefined ? undefined : { tokenEndpoint, apiOrigin },
    clientId: (typeof id === 'string' ? id : rawValue(id, patient))?.replace(/\r?\n$/, ''),
    rawSecret,
    auth: auth === 'post' ? 'post' : 'basic',
    otherAuth: BY_KEY.includes(auth) ? auth : undefined,
    notes: client === undefined ? [] : notesOn(client),
    sendScope: at(genesys, 'sendScope') !== false,
    scopes,
    findings: [
      ...(client === undefined ? [noSuchClient()] : []),
      ...issues.map((issue) => findingOf(issue, clientKey)),
      ...scopeFindings(scopes),
      ...droppedBreak(secret, rawSecret)
    ]
  };
}
