import { isScopeToken } from '../grammar.ts';
import type { OperationFacts } from './facts.ts';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
const objectAt = (object: Json, key: string): Json => {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isObject(value) ? value : {};
};
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** The path that the paths of a description are relative to: `basePath` of Swagger 2, the first server of OpenAPI 3. */
function basePathOf(document: Json): string {
  const { basePath, servers } = document;
  const server: unknown = Array.isArray(servers) ? servers[0] : undefined;
  const text =
    typeof basePath === 'string'
      ? basePath
      : isObject(server) && typeof server['url'] === 'string'
        ? server['url']
        : '';
  return text.replace(/^(?:https?:)?\/\/[^/]*/i, '').replace(/\/+$/, '');
}

/**
 * What a `security` value asks for. Genesys lists several scopes in one entry and means any one of them, and entries are
 * alternatives anyway; where OAuth is one of the alternatives, it is what counts here.
 */
function needsOf(
  security: unknown,
  isOAuth: (scheme: string) => boolean
): Pick<OperationFacts, 'scopes' | 'otherAuth'> {
  const entries = Array.isArray(security) ? security.filter(isObject).flatMap((entry) => Object.entries(entry)) : [];
  if (entries.length === 0) return { scopes: [], otherAuth: 'none' };
  const oauth = entries.filter(([scheme]) => isOAuth(scheme));
  const [other] = entries;
  if (oauth.length === 0 && other) return { scopes: [], otherAuth: other[0] };
  return { scopes: [...new Set(oauth.flatMap(([, scopes]) => textsOf(scopes)))].filter(isScopeToken).sort() };
}

function permissionsOf(operation: Json): Pick<OperationFacts, 'permissions' | 'permissionRule'> {
  const required = objectAt(operation, 'x-inin-requires-permissions');
  const permissions = textsOf(required['permissions']);
  if (permissions.length === 0) return { permissions };
  return { permissions, permissionRule: required['type'] === 'ALL' ? 'ALL' : 'ANY' };
}

/**
 * Reads the operations of an API description: Swagger 2, as Genesys publishes it, or OpenAPI 3, as JSON that is already
 * parsed.
 *
 * @throws Error saying what the document lacks
 */
export function parseOpenApi(document: unknown): OperationFacts[] {
  if (!isObject(document) || !(typeof document['swagger'] === 'string' || typeof document['openapi'] === 'string')) {
    throw new Error('it is not a Swagger 2 or OpenAPI 3 document');
  }
  const schemes = {
    ...objectAt(document, 'securityDefinitions'),
    ...objectAt(objectAt(document, 'components'), 'securitySchemes')
  };
  // A scheme that is used and not defined is taken as OAuth: excerpts of the Genesys description leave definitions out.
  const isOAuth = (scheme: string): boolean =>
    !Object.hasOwn(schemes, scheme) || objectAt(schemes, scheme)['type'] === 'oauth2';
  const base = basePathOf(document);
  const facts = Object.entries(objectAt(document, 'paths')).flatMap(([path, item]) =>
    METHODS.flatMap((method): OperationFacts[] => {
      if (!isObject(item) || !isObject(item[method])) return [];
      const operation = item[method];
      const security = operation['security'] ?? document['security'];
      return [
        {
          method: method.toUpperCase(),
          path: base + path,
          ...needsOf(security, isOAuth),
          ...permissionsOf(operation),
          deprecated: operation['deprecated'] === true
        }
      ];
    })
  );
  if (facts.length === 0) throw new Error('it has no operations under "paths"');
  return facts;
}
