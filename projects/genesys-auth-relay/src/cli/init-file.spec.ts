import { parseDocument } from 'yaml';
import { interpolate } from '../config/interpolate.ts';
import { parseConfig } from '../config/parse.ts';
import { type InitAnswers, envExample, relayYaml } from './init-file.ts';

const ANSWERS = {
  region: 'mypurecloud.de',
  clientId: '5a9d60c5-0dd1-4c0e-8a7b-5e1f2d3c4b5a',
  scopes: ['analytics:readonly', 'routing:readonly']
};
const COMPANY = { issuer: 'https://login.example.com/tenant/v2.0', audience: 'api://relay' };

/** Every variable of `.env.example`, filled in. */
function filled(answers: InitAnswers): NodeJS.ProcessEnv {
  const names = [...envExample(answers).matchAll(/^(\w+)=$/gm)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, `value-of-${name}`]));
}

function parsed(answers: InitAnswers) {
  const env = filled(answers);
  const document = parseDocument(relayYaml(answers));
  expect(document.errors).toEqual([]);
  expect(interpolate(document, env).issues).toEqual([]);
  return parseConfig(document.toJS(), { env, baseDir: '.', isCheck: true });
}

describe('relayYaml', () => {
  it.each<[InitAnswers['identity'], InitAnswers['mode']]>([
    ['sign-in', 'proxy'],
    ['company', 'proxy'],
    ['company', 'token'],
    ['development', 'proxy'],
    ['development', 'token']
  ])('is a valid configuration with identity %s and mode %s', (identity, mode) => {
    const config = parsed({ ...ANSWERS, ...(identity === 'company' && COMPANY), identity, mode });
    expect(config).toMatchObject({ mode, genesys: { region: 'mypurecloud.de' }, scopes: ANSWERS.scopes });
    const client = identity === 'sign-in' ? config.signIn?.client : config.genesys.clients[0];
    expect(client?.id).toBe(ANSWERS.clientId);
    expect(client?.secret?.reveal()).toBe('value-of-GENESYS_CLIENT_SECRET');
    expect(config.identities.map(({ type }) => type)).toEqual(identity === 'company' ? ['jwt'] : []);
    expect(config.dev).toMatchObject({ roles: ['developer'] });
    for (const role of config.roles.values()) expect(role.scopes).toEqual(ANSWERS.scopes);
  });

  it('writes every answer as the text that it is', () => {
    const audience = 'it\'s "${HOME}$${X}": # [x] \\ \u00e4';
    const config = parsed({ ...ANSWERS, ...COMPANY, audience, identity: 'company', mode: 'proxy' });
    expect(config.identities[0]).toMatchObject({ audience });
  });

  it('explains the users of each identity', () => {
    const text = (identity: InitAnswers['identity']) => relayYaml({ ...ANSWERS, ...COMPANY, identity, mode: 'proxy' });
    expect(text('sign-in')).toContain('Code Authorization');
    expect(text('company')).toContain('rolesPointer');
    expect(text('development')).toContain('In production');
  });
});

describe('envExample', () => {
  it('names the variables of the file and no secret', () => {
    expect(Object.keys(filled({ ...ANSWERS, identity: 'sign-in', mode: 'proxy' }))).toEqual([
      'GENESYS_CLIENT_SECRET',
      'GENESYS_ORGANIZATION_ID'
    ]);
    expect(Object.keys(filled({ ...ANSWERS, identity: 'development', mode: 'proxy' }))).toEqual([
      'GENESYS_CLIENT_SECRET'
    ]);
  });
});
