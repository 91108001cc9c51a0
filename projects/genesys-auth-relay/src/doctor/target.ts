import { checkScope } from 'genesys-scopes';
import { type ConfigIssue, RelayConfigError } from '../config/error.ts';
import { parseConfig } from '../config/parse.ts';
import { type Finding, finding } from './causes.ts';
import { type WrittenCredential, credentialsOf, hasKey } from './credentials.ts';
import { type DoctorInput, type WrittenClient, at, clientsOf, textAt } from './doctor-input.ts';
import type { RegionHosts } from './regions.ts';
import type { WrittenSignIn } from './sign-in-probe.ts';

/** The readable part of a configuration, which may have issues. */
export interface Target {
  readonly region: string | null;
  /** `undefined` when the configuration names no usable endpoints. */
  readonly endpoints: { readonly tokenEndpoint: string; readonly apiOrigin: string } | undefined;
  /** Audience of assertions. */
  readonly issuer: string | undefined;
  /** The credentials of the examined clients, each followed by its fallbacks. */
  readonly credentials: readonly WrittenCredential[];
  readonly sendScope: boolean;
  /** The sign-in client, if it is examined. */
  readonly signIn: WrittenSignIn | undefined;
  /** Findings about the configuration itself. */
  readonly findings: readonly Finding[];
}

function issuesOf({ input, env, baseDir, interpolated }: DoctorInput): readonly ConfigIssue[] {
  try {
    parseConfig(input, { env, baseDir, interpolated, isCheck: true });
    return [];
  } catch (error) {
    if (error instanceof RelayConfigError) return error.issues;
    throw error;
  }
}

function findingOf({ key, message, fix }: ConfigIssue, isSecret: (key: string) => boolean): Finding {
  const words = `${key}: ${message}.`;
  if (key === 'genesys.tokenEndpoint' && message.includes('user name or password'))
    return finding('credentials_in_query', words, `${fix}, and replace the secret: it may have been logged`);
  if (key === 'genesys.region') return finding('region_unknown', words, fix);
  if (isSecret(key) || key === 'signIn.client.secret') return finding('secret_missing', words, fix);
  if (key === 'signIn.redirectUri' && message.includes('not encrypted'))
    return finding('redirect_uri_not_https', words, fix);
  if (key === 'signIn.appUrl' && message.includes('two sites')) return finding('app_on_other_site', words, fix);
  if (/^store\.redis\.(?:key|previousKey)/.test(key)) return finding('session_key_unusable', words, fix);
  if (/^scopes\[|^roles\..*copes\[/.test(key)) return finding('scope_misspelt', words, fix);
  return finding('config_invalid', words, fix);
}

function scopeFindings(scopes: readonly string[], client: string | undefined): Finding[] {
  const of = client === undefined ? '' : `${client}: `;
  return scopes.flatMap((scope, index) => {
    const slip = checkScope(scope);
    // A malformed name stops the relay and is among the issues already.
    if (slip === undefined || slip.kind === 'malformed') return [];
    const nearest = slip.nearest === undefined ? '' : ` Did you mean ${slip.nearest}?`;
    const fix = slip.nearest === undefined ? slip.hint : `Write ${slip.nearest}.`;
    return [finding('scope_misspelt', `${of}scopes[${index}]: ${slip.message}${nearest}`, fix)];
  });
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** `echo` adds a line break to a variable. The relay removes it; other programs do not. */
function droppedBreak({ reference, rawSecret: raw }: WrittenCredential): Finding[] {
  if (textAt(reference, 'env') === undefined || raw === undefined || !/[^\r\n]\r?\n$/.test(raw)) return [];
  return [
    finding(
      'secret_newline',
      'The environment variable with the secret ends with a line break, which the relay removes.',
      'Set it without one (printf %s, not echo).',
      'warning'
    )
  ];
}

/** The message does not repeat the name, because an argument may be a secret. */
const noSuchClient = (): Finding =>
  finding(
    'config_invalid',
    'The configuration has no OAuth client with that name.',
    'Give --client a name from genesys.clients.'
  );

function signInOf(doctorInput: DoctorInput): WrittenSignIn | undefined {
  const { input, client, genesysOnly } = doctorInput;
  const written = at(input, 'signIn', 'client');
  if (written === undefined || client !== undefined || genesysOnly === true) return undefined;
  const [credential] = credentialsOf({ written, key: 'signIn.client', name: undefined }, [], doctorInput);
  return credential && { credential, redirectUri: textAt(input, 'signIn', 'redirectUri') };
}

/**
 * Reads the readable part of a configuration, even if the relay would refuse it.
 *
 * @param regions the region table
 */
export function readTarget(doctorInput: DoctorInput, regions: readonly RegionHosts[]): Target {
  const { input } = doctorInput;
  const genesys = at(input, 'genesys');
  const name = textAt(genesys, 'region')?.toLowerCase();
  const region = regions.find(({ domain, aws }) => domain === name || aws === name);
  const clients = clientsOf(doctorInput);
  const scopesOf = ({ name: isOneOfSeveral, written }: WrittenClient) =>
    doctorInput.genesysOnly === true ? [] : strings(at(isOneOfSeveral === undefined ? input : written, 'scopes'));
  const credentials = clients.flatMap((client) => credentialsOf(client, scopesOf(client), doctorInput));
  const isSecret = (key: string) => credentials.some((one) => !hasKey(one) && key === `${one.key}.secret`);
  const isThere = (key: string) =>
    credentials.some(
      (one) => key === `${one.key}.secret` && one.rawSecret !== undefined && one.rawSecret.trim() !== ''
    );

  const issues = issuesOf(doctorInput)
    .filter(({ key }) => doctorInput.genesysOnly !== true || key.startsWith('genesys'))
    .filter(({ key }) => key !== 'genesys.region' || region === undefined)
    // The form of an existing secret is judged separately.
    .filter(({ key }) => !(isSecret(key) && isThere(key)));
  const unsafe = issues.some(({ key }) => /^genesys(?:\.(?:region|tokenEndpoint|apiOrigin))?$/.test(key));
  const tokenEndpoint = region?.tokenEndpoint ?? textAt(genesys, 'tokenEndpoint');
  const apiOrigin = region?.apiOrigin ?? textAt(genesys, 'apiOrigin');
  return {
    region: region?.domain ?? null,
    // Nothing is sent to a URL that the configuration check refuses, for example an unencrypted one.
    endpoints:
      unsafe || tokenEndpoint === undefined || apiOrigin === undefined ? undefined : { tokenEndpoint, apiOrigin },
    issuer: textAt(genesys, 'issuer'),
    credentials,
    sendScope: at(genesys, 'sendScope') !== false,
    signIn: signInOf(doctorInput),
    findings: [
      ...(clients.length === 0 ? [noSuchClient()] : []),
      ...issues.map((issue) => findingOf(issue, isSecret)),
      ...clients.flatMap((client) => scopeFindings(scopesOf(client), client.name)),
      ...credentials.filter((one) => !hasKey(one)).flatMap(droppedBreak)
    ]
  };
}
