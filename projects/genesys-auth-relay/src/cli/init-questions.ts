import { checkScope } from 'genesys-scopes';
import { endpointsOf } from '../config/endpoints.ts';
import type { ConfigIssue } from '../config/error.ts';
import { nearestName } from '../config/nearest.ts';
import { heard } from '../config/says.ts';
import { secureUrl } from '../config/urls.ts';
import { looksLikeId } from '../doctor/secret-shape.ts';
import type { InitAnswers } from './init-file.ts';

/** Answers as text, by the name of their flag. */
export type Answers = Partial<Record<Question['flag'], string>>;

/** One answer that `init` needs. */
export interface Question {
  /** Name of its flag, without hyphens. */
  readonly flag: 'region' | 'identity' | 'client-id' | 'mode' | 'scopes' | 'issuer' | 'audience';
  /** The question at a terminal. */
  readonly text: string;
  /** The answer if there is none. */
  readonly preset?: string;
  /** Whether it is asked, by the answers before it. */
  readonly isAsked: (answers: Answers) => boolean;
  /** What is wrong with an answer; `undefined` for a valid one. */
  readonly problem: (value: string) => string | undefined;
}

const always = () => true;
const isCompany = ({ identity }: Answers) => identity === 'company';

/** The scopes in a text, separated by commas or spaces. */
export const scopesIn = (text: string): readonly string[] => text.split(/[,\s]/).filter((scope) => scope !== '');

const oneOf =
  (...words: readonly string[]) =>
  (value: string): string | undefined => {
    if (words.includes(value)) return undefined;
    const nearest = nearestName(value, words);
    return `use ${words.join(' or ')}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`;
  };

function regionProblem(region: string): string | undefined {
  const issues: ConfigIssue[] = [];
  endpointsOf({ region }, issues);
  return issues[0] && `${issues[0].message}. ${issues[0].fix}`;
}

function scopesProblem(text: string): string | undefined {
  const scopes = scopesIn(text);
  if (scopes.length === 0) return 'name at least one scope, for example routing:readonly.';
  const problems = scopes.flatMap((scope) => {
    const finding = checkScope(scope);
    if (finding === undefined) return [];
    return `${finding.message} ${finding.nearest === undefined ? finding.hint : `Did you mean ${finding.nearest}?`}`;
  });
  return problems.length === 0 ? undefined : problems.join(' ');
}

function issuerProblem(value: string): string | undefined {
  const issue = secureUrl('write the whole URL').safeParse(value).error?.issues[0];
  if (issue === undefined) return undefined;
  const { message, fix } = heard(issue.message);
  return `${message}; ${fix}.`;
}

/** All questions, in their order. */
export const QUESTIONS: readonly Question[] = [
  {
    flag: 'region',
    text: 'Region of your organization, for example mypurecloud.de or eu-central-1',
    isAsked: always,
    problem: regionProblem
  },
  {
    flag: 'identity',
    text:
      'Who uses the app?\n' +
      '  sign-in      users who sign in with Genesys Cloud: each call acts as the user\n' +
      "  company      users who have signed in with the company's identity provider\n" +
      '  development  nobody yet: only you, on this machine\n' +
      'Identity',
    preset: 'development',
    isAsked: always,
    problem: oneOf('sign-in', 'company', 'development')
  },
  {
    flag: 'client-id',
    text: 'Id of the OAuth client (Admin > Integrations > OAuth)',
    isAsked: always,
    // The text is not shown: it may be the secret.
    problem: (value) =>
      looksLikeId(value)
        ? undefined
        : 'this is not the id of an OAuth client, such as 5a9d60c5-0dd1-4c0e-8a7b-5e1f2d3c4b5a. Never give its secret here.'
  },
  {
    flag: 'mode',
    text:
      'Mode\n' +
      '  proxy  the relay calls the API; no token reaches the browser\n' +
      '  token  the browser gets access tokens\n' +
      'Mode',
    preset: 'proxy',
    isAsked: ({ identity }) => identity !== 'sign-in',
    problem: oneOf('proxy', 'token')
  },
  {
    flag: 'scopes',
    text: 'Scopes of your API calls, separated by commas, for example routing:readonly,analytics:readonly',
    isAsked: always,
    problem: scopesProblem
  },
  {
    flag: 'issuer',
    text: 'Issuer of the access tokens: the URL in their claim iss',
    isAsked: isCompany,
    problem: issuerProblem
  },
  {
    flag: 'audience',
    text: 'Audience of the access tokens: the text in their claim aud',
    isAsked: isCompany,
    problem: (value) => (value.trim() === '' ? 'name the audience of the access tokens.' : undefined)
  }
];

/** Checks all answers together. Returns a line for each problem. */
export function problemsOf(answers: Answers): readonly string[] {
  return [
    ...QUESTIONS.flatMap(({ flag, problem }) => {
      const value = answers[flag];
      const found = value === undefined ? undefined : problem(value);
      return found === undefined ? [] : `--${flag}: ${found}`;
    }),
    ...(answers.identity === 'sign-in' && answers.mode === 'token'
      ? ['--mode: sign-in needs proxy, because the token of a user never leaves the relay.']
      : []),
    ...(['issuer', 'audience'] as const)
      .filter((flag) => answers[flag] !== undefined && answers.identity !== undefined && !isCompany(answers))
      .map((flag) => `--${flag}: only --identity company has it.`)
  ];
}

/** The answers as `relayYaml` takes them. They are complete and have no problem. */
export function complete({ identity, mode, scopes = '', issuer, audience, ...rest }: Answers): InitAnswers {
  return {
    region: rest.region ?? '',
    clientId: rest['client-id'] ?? '',
    identity: identity === 'sign-in' || identity === 'company' ? identity : 'development',
    mode: mode === 'token' ? 'token' : 'proxy',
    scopes: scopesIn(scopes),
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience })
  };
}
