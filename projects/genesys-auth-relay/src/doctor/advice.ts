import { CONTINUE_FIX } from '../runtime/unexpected-continue.ts';
import type { Cause } from './causes.ts';

/** Values that a message may name. None of them is secret. */
export interface AdviceContext {
  readonly host: string;
  readonly region: string | null;
  /** Names that the server gave, such as permissions. */
  readonly names?: readonly string[];
  /** Whether a made-up client id is refused in the same way. */
  readonly idsAlike?: boolean;
}

type Words = readonly [message: string, fix: string];

const PLACES: Partial<Record<Cause, (context: AdviceContext) => Words>> = {
  host_unreachable: ({ host }) => [
    `${host} cannot be reached from here.`,
    'Check the name of the host, DNS and firewall. If this network has an HTTP proxy, set HTTPS_PROXY.'
  ],
  proxy_unreachable: ({ host }) => [
    `The proxy of HTTPS_PROXY cannot be reached, so ${host} cannot either.`,
    'Check host and port in HTTPS_PROXY, and whether the proxy runs. List hosts that need no proxy in NO_PROXY.'
  ],
  proxy_authentication: ({ host }) => [
    `The proxy of HTTPS_PROXY does not connect to ${host}: it refuses the user and password, or asks for them (407).`,
    'Write them into HTTPS_PROXY: http://user:password@host:port, with special characters percent-encoded.'
  ],
  proxy_refused: ({ host }) => [
    `The proxy of HTTPS_PROXY does not connect to ${host}.`,
    'Allow the host in the proxy, check its name, or list it in NO_PROXY if it can be reached directly.'
  ],
  api_unreachable: ({ host }) => [
    `The API at ${host} cannot be reached from here.`,
    'Check apiOrigin, DNS and firewall. If this network has an HTTP proxy, set HTTPS_PROXY.'
  ],
  host_timeout: ({ host }) => [
    `${host} did not answer in time.`,
    'Check the network between here and there; a firewall that drops packets looks like this.'
  ],
  tls_failed: ({ host }) => [
    `${host} has a certificate that is not trusted here.`,
    'Check the host name, and give a company CA with NODE_EXTRA_CA_CERTS.'
  ],
  unknown_client_or_region: ({ host, region }) => [
    `${host} does not know this client id: the id is wrong, or the client exists in another region${region === null ? '' : ` than ${region}`}.`,
    'Compare the id with Admin > Integrations > OAuth, and the region with the address of your Genesys Cloud; doctor --find-region looks for the id in all regions.'
  ],
  secret_wrong_or_rotated: ({ host, region, idsAlike = false }) => [
    `The credentials are refused; Genesys Cloud answers so when it knows the client id but not the secret. The secret has a normal form, so the answer does not tell whether it is wrong or was regenerated (rotated) a short while ago. ${
      idsAlike
        ? `A made-up client id gets the same answer, so the client id or the server (${host}) may be wrong as well.`
        : `A made-up client id gets another answer, so ${host} most likely knows this one. The other possible cause is that the client exists in another region${region === null ? '' : ` than ${region}`}.`
    }`,
    'Copy the secret again from Admin > Integrations > OAuth. If it was regenerated, give the new one to every relay. If that does not help, compare the region with the address of your Genesys Cloud.'
  ],
  secret_or_region: ({ host, region }) => [
    `The credentials are refused, and ${host} refuses a made-up client id in the same way. So either the secret is wrong or was regenerated (rotated), or the client exists in another region than ${region ?? 'this one'}, or the client id is wrong.`,
    'Compare the region with the address of your Genesys Cloud, and copy the client id and the secret again from Admin > Integrations > OAuth; doctor --find-region looks for the id in all regions.'
  ],
  client_disabled: () => [
    'The OAuth client is switched off.',
    'Activate it again in Admin > Integrations > OAuth, or use another client.'
  ],
  wrong_grant_type: () => [
    'The OAuth client is not one for client credentials: its grant type is another (Code, Token, SAML2).',
    "Make an OAuth client with the grant type 'Client Credentials'; the grant type decides what a client is for."
  ],
  scope_refused: () => [
    'The token endpoint refuses the requested scopes.',
    'Allow these scopes for the OAuth client, take them out of the relay, or set genesys.sendScope: false.'
  ],
  content_type_lost: () => [
    'The server says that the request is not form-encoded, though it was sent so: a proxy or gateway in between changes or removes Content-Type.',
    'Configure it to forward Content-Type: application/x-www-form-urlencoded and the body unchanged.'
  ],
  not_a_token_endpoint: ({ host }) => [
    `${host} does not answer like an OAuth token endpoint (a page, or not the form of a token answer).`,
    'Check tokenEndpoint: for Genesys Cloud use region, or https://login.{your region}/oauth/token. A proxy or a sign-in page may stand in between.'
  ],
  redirected: ({ host }) => [
    `${host} redirects, and a secret is not sent after a redirect.`,
    'Set tokenEndpoint to the final URL, or check the region.'
  ],
  unexpected_continue: ({ host }) => [
    `${host} sends 100 Continue although the request does not ask for it. The relay cannot read the answer after it.`,
    CONTINUE_FIX
  ],
  rate_limited: ({ host }) => [
    `${host} limits the rate of requests, so its answer says nothing about the OAuth client. Genesys Cloud takes about 300 token requests a minute from a client.`,
    'Wait a minute, then run doctor again. If it lasts, look for a program that asks for a token with each call.'
  ],
  error_in_success: ({ host }) => [
    `${host} answers HTTP 200 with an error inside, for which RFC 6749 section 5.2 requires HTTP 400. The relay treats this as a refusal, even if the answer holds a token.`,
    'Find the error at the OAuth server, and configure it to answer 400. A gateway in between may have changed the status.'
  ],
  grant_too_narrow: ({ names = [] }) => [
    `The token endpoint grants a token that lacks ${names.join(', ')}. Callers that need these scopes are refused.`,
    'Allow these scopes for the OAuth client at the OAuth server, or take them out of the relay.'
  ],
  grant_too_wide: ({ names = [] }) => [
    `The token endpoint grants more than the relay requests: ${names.join(', ') || 'scopes that are not shown'}. Every caller in token mode gets a token with these scopes.`,
    'Take these scopes away from the OAuth client at the OAuth server.'
  ],
  server_failed: ({ host }) => [
    `${host} failed or is overloaded.`,
    'Try again; if it lasts, look at the status page of Genesys Cloud.'
  ],
  answer_does_not_tell: () => [
    'The server refuses, and its answer does not say why. Client id, secret, state and grant type of the OAuth client may each be the reason; so may an IP allow-list that lacks the address of this machine.',
    'Check them one by one in Admin > Integrations > OAuth, and ask support with the correlation id of the answer.'
  ],
  token_refused_by_api: ({ host }) => [
    `The token was granted, but ${host} refuses it: the API does not belong to the region (or server) that issued the token.`,
    'Use one region for both: genesys.region, or tokenEndpoint and apiOrigin of the same region.'
  ],
  not_the_api: ({ host }) => [
    `${host} does not answer like the API of Genesys Cloud. A firewall in between, or an IP allow-list that lacks the address of this machine, may be the reason.`,
    'Check apiOrigin: https://api.{your region}. For another OAuth server this does not matter.'
  ],
  address_not_allowed: ({ host }) => [
    `${host} refuses requests from this IP address.`,
    'Add the address of this machine to the allowed addresses of the organization or the OAuth client.'
  ],
  api_refuses: ({ host }) => [
    `${host} refuses a read, and its answer does not say why. An IP allow-list that lacks the address of this machine may be the reason.`,
    'Look at the code of the answer, and ask support with its correlation id.'
  ],
  scope_not_allowed: ({ names = [] }) => [
    `The OAuth client lacks a scope: ${names.join(' or ') || 'not named'}.`,
    'Add one of these scopes to the OAuth client.'
  ],
  missing_permission: ({ names = [] }) => [
    `The roles of the OAuth client lack a permission: ${names.join(' or ') || 'the server does not name it'}.`,
    'Give the OAuth client a role with it (Admin > Integrations > OAuth > Roles), in the divisions concerned.'
  ]
};

/** Message and fix for a cause. */
export function advise(cause: Cause, context: AdviceContext): { message: string; fix: string } {
  const [message, fix] = PLACES[cause]?.(context) ?? ['Something is wrong.', 'See docs/guides/doctor.md.'];
  return { message, fix };
}
