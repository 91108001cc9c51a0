/** The answers that `init` turns into files. */
export interface InitAnswers {
  /** Domain or AWS name of the region. */
  readonly region: string;
  /** Id of the OAuth client. Its secret is in the environment variable `GENESYS_CLIENT_SECRET`. */
  readonly clientId: string;
  /** How the relay identifies callers: by Genesys Cloud sign-in, by the company's access tokens, or in development only. */
  readonly identity: 'sign-in' | 'company' | 'development';
  /** `sign-in` needs `proxy`. */
  readonly mode: 'proxy' | 'token';
  readonly scopes: readonly string[];
  /** For `company`: the issuer of the access tokens. */
  readonly issuer?: string;
  /** For `company`: the audience of the access tokens. */
  readonly audience?: string;
}

/** A text as a YAML value. `${` is doubled, because `${NAME}` would be replaced by an environment variable. */
function scalar(value: string): string {
  const text = value.replaceAll('${', () => '$${');
  const isPlain = /^[a-z][a-z0-9.:-]*[a-z0-9]$/.test(text) && !/^(?:true|false|null)$/.test(text);
  return isPlain ? text : JSON.stringify(text);
}

const MODES = {
  proxy: 'mode: proxy # the relay calls the API: no token reaches the browser',
  token: 'mode: token # the browser gets access tokens with every right of the OAuth client; prefer proxy'
};

/** The OAuth client of the relay itself. A user who signs in brings a token, so the file for `sign-in` has none. */
const ownClient = ({ clientId }: InitAnswers) => `
  client: # an OAuth client with the grant type Client Credentials
    id: ${scalar(clientId)}
    secret: { env: GENESYS_CLIENT_SECRET } # never the secret itself`;

const signIn = ({ clientId }: InitAnswers) => `
# Users sign in with Genesys Cloud, and each call acts as the user.
signIn:
  client: # an OAuth client with the grant type Code Authorization, and the scopes user-basic-info and those above
    id: ${scalar(clientId)}
    secret: { env: GENESYS_CLIENT_SECRET } # never the secret itself
  # The URL of the relay as the browser sees it, and /sign-in/callback. Register exactly this URL for the OAuth client.
  redirectUri: http://localhost:4200/genesys/sign-in/callback
  appUrl: http://localhost:4200/ # users return here. Register this URL, too
  organizations: ['\${GENESYS_ORGANIZATION_ID}'] # Admin > Organization settings
  roles:
    user: { everyone: true } # or { groups: [...] }, { roles: [...] }, { divisions: [...] } with ids of Genesys Cloud
  dev: true # allows http://localhost. In production remove it, and write https URLs above
`;

const company = ({ issuer = '', audience = '' }: InitAnswers) => `
# Users have an access token of the company's identity provider.
identities:
  - type: jwt
    issuer: ${scalar(issuer)} # exactly the iss of the tokens
    audience: ${scalar(audience)} # exactly their aud
    rolesPointer: /roles # the claim with the roles of a user. Keycloak: /realm_access/roles
`;

const DEVELOPMENT = `
# In production the relay needs to know its users: add the section signIn, or an identity of type jwt or proxyHeader.
`;

const WHO = { 'sign-in': signIn, company, development: () => DEVELOPMENT };

/**
 * Builds `relay.yaml`. It passes `check` when the answers are valid and the variables of {@link envExample} are set.
 *
 * @example
 * relayYaml({
 *   region: 'mypurecloud.de',
 *   clientId: '5a9d60c5-0dd1-4c0e-8a7b-5e1f2d3c4b5a',
 *   identity: 'development',
 *   mode: 'proxy',
 *   scopes: ['routing:readonly']
 * });
 */
export function relayYaml(answers: InitAnswers): string {
  const { region, identity, mode, scopes } = answers;
  const list = `[${scopes.map(scalar).join(', ')}]`;
  const hasUsers = identity !== 'development';
  return `# yaml-language-server: $schema=relay.schema.json
# (the schema for your editor: npx --no-install genesys-auth-relay schema > relay.schema.json)
#
# Check this file: npx --no-install genesys-auth-relay check --config relay.yaml --env-file .env
${MODES[mode]}

genesys:
  region: ${scalar(region)}${identity === 'sign-in' ? '' : ownClient(answers)}

# Every scope that the relay may use. A request that needs another one is refused.
scopes: ${list}
${WHO[identity](answers)}
# What each role may do.
roles:${hasUsers ? `\n  user: { scopes: ${list} }` : ''}
  developer: { scopes: ${list} }

# For "genesys-auth-relay dev" only: requests of your own dev server have these roles. "serve" ignores this section.
dev:
  roles: [developer]
  # hosts: [my-codespace-4200.app.github.dev] # other names of this machine in the browser
`;
}

/** Builds `.env.example`, which names the variables that `relay.yaml` needs. */
export function envExample({ identity }: Pick<InitAnswers, 'identity'>): string {
  const organization = `
# Id of the organization whose users may sign in: Admin > Organization settings
GENESYS_ORGANIZATION_ID=
`;
  return `# Copy this file to .env, and fill it in. Keep .env out of version control.
# "genesys-auth-relay dev" reads .env. Other commands read it with --env-file .env

# Secret of the OAuth client: Admin > Integrations > OAuth
GENESYS_CLIENT_SECRET=
${identity === 'sign-in' ? organization : ''}
# Optional
# PORT=8080
# LOG_LEVEL=debug
# HTTPS_PROXY=http://proxy.example.com:3128
# NO_PROXY=.example.com
`;
}
