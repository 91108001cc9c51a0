import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkScope } from 'genesys-scopes';
import { type ConfigIssue, RelayConfigError } from '../config/error.ts';
import { parseRelayConfig } from '../config/parse.ts';
import { type Finding, finding } from './causes.ts';
import type { RegionHosts } from './regions.ts';

/** What the doctor looks at: a configuration as written, in surroundings. */
export interface Patient {
  readonly input: unknown;
  readonly env: NodeJS.ProcessEnv;
  readonly baseDir: string;
  /** Only the section `genesys` is meant; the rest was made up for flags. */
  readonly genesysOnly?: boolean;
}

/** What could be read of it, wrong as it may be. */
export interface Target {
  readonly region: string | null;
  /** `undefined` when the configuration names no usable endpoints. */
  readonly endpoints: { readonly tokenEndpoint: string; readonly apiOrigin: string } | undefined;
  readonly clientId: string | undefined;
  /** The secret as it stands in its place, line breaks included. */
  readonly rawSecret: string | undefined;
  readonly auth: 'basic' | 'post';
  readonly sendScope: boolean;
  readonly scopes: readonly string[];
  /** What is wrong with the configuration itself. */
  readonly findings: readonly Finding[];
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = Reflect.get(here, key);
  }
  return here;
}

const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
};

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

function findingOf({ key, message, fix }: ConfigIssue): Finding {
  const words = `${key}: ${message}.`;
  if (key === 'genesys.tokenEndpoint' && message.includes('user name or password'))
    return finding('credentials_in_query', words, `${fix}, and replace the secret: it may have been logged`);
  if (key === 'genesys.region') return finding('region_unknown', words, fix);
  if (key === 'genesys.client.secret') return finding('secret_missing', words, fix);
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
  const id = at(genesys, 'client', 'id');
  const secret = at(genesys, 'client', 'secret');
  const rawSecret = rawValue(secret, patient);
  const scopes = patient.genesysOnly === true ? [] : strings(at(input, 'scopes'));

  const issues = issuesOf(patient)
    .filter(({ key }) => patient.genesysOnly !== true || key.startsWith('genesys'))
    .filter(({ key }) => key !== 'genesys.region' || region === undefined)
    // The form of a secret that is there is judged on its own.
    .filter(({ key }) => key !== 'genesys.client.secret' || rawSecret === undefined || rawSecret.trim() === '');
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
    auth: textAt(genesys, 'client', 'auth') === 'post' ? 'post' : 'basic',
    sendScope: at(genesys, 'sendScope') !== false,
    scopes,
    findings: [...issues.map(findingOf), ...scopeFindings(scopes), ...droppedBreak(secret, rawSecret)]
  };
}
