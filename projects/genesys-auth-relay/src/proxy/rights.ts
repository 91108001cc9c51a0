import { isCovered } from 'genesys-scopes';
import { type Operation, findOperation } from 'genesys-scopes/operations';
import type { ClientConfig, RelayConfig, Role, RouteRule } from '../config/config.ts';
import { narrowestClient } from '../scopes/narrowest-client.ts';
import type { Entitlement } from '../policy/policy.ts';
import { RelayProblem } from '../reply/problem.ts';
import { safeList } from '../reply/safe-text.ts';

/** The operation of a caller's request, and the token to send it with. */
export interface Permit {
  /** OAuth client whose token is sent; `undefined`: the user's own token is sent. */
  readonly client: ClientConfig | undefined;
  /** Method and path template, for the log. */
  readonly operation: string;
  /** Whether the operation takes an access token at all. */
  readonly takesToken: boolean;
}

/** Read operations without a scope whose answers hold nothing about an organization: every caller with a role may call them. */
const PUBLIC_READS: ReadonlySet<string> = new Set(['/api/v2/date', '/api/v2/ipranges', '/api/v2/timezones']);

/** Whether an operation has no scope, so that the configuration has to name it. */
const needsRule = ({ method, path, scopes }: Operation): boolean =>
  scopes.length === 0 && !(method === 'GET' && PUBLIC_READS.has(path));

/** A path decoded, in lower case, without a slash at the end, as the catalogue compares it. */
const normalPath = (path: string): string => decodeURIComponent(path).toLowerCase().replace(/\/$/, '');

/** Whether a rule of methods and a path matches a request. The path of a rule includes all paths below it. */
function matches({ methods, path }: RouteRule, method: string, requestPath: string): boolean {
  const wanted = path.toLowerCase();
  // HEAD reveals no more than GET.
  const isMethod = methods?.includes(method) ?? true;
  return (
    (isMethod || (method === 'HEAD' && methods?.includes('GET') === true)) &&
    (requestPath === wanted || requestPath.startsWith(`${wanted}/`))
  );
}

const operationRefused = (operation: string, why: string, hint: string) =>
  new RelayProblem('operation_refused', `${operation} is not forwarded: ${why}.`, { hint });

/**
 * The id of a channel is enough to open its socket and to subscribe to any topic there, without the relay. No scope would be
 * checked.
 */
const CHANNELS = '/api/v2/notifications/channels';

function refuseChannels(operation: string, path: string): void {
  if (path !== CHANNELS && !path.startsWith(`${CHANNELS}/`)) return;
  throw operationRefused(
    operation,
    'a caller with a channel can subscribe to any topic',
    "Use the relay's hub: set notifications: {} in its configuration, and source: relayHub() in the app."
  );
}

const TOKENS = '/api/v2/tokens/';

/** @param isOwn whether calls are sent with the caller's own token */
function refuseTokenEnd(operation: string, path: string, isOwn: boolean): void {
  if (!path.startsWith(TOKENS)) return;
  if (path !== `${TOKENS}me`) {
    const why = 'it ends all tokens of a user, and its scope does not say who may do that';
    throw operationRefused(operation, why, 'Call this operation without the relay.');
  }
  if (isOwn) {
    const hint =
      'To sign out, send POST /sign-out to the relay. To end another token, call Genesys Cloud without the relay.';
    throw operationRefused(operation, 'it ends the token of the caller while the relay still uses it', hint);
  }
  throw operationRefused(
    operation,
    'it ends the token that all callers share',
    'Send nothing: the caller has no token to end.'
  );
}

/** A user's token is valid only for the scopes of its OAuth client. If Genesys Cloud does not name them, it checks them itself. */
function checkToken(token: readonly string[], scopes: readonly string[], operation: string): void {
  if (token.length === 0 || scopes.length === 0 || scopes.some((scope) => isCovered(scope, token))) return;
  throw new RelayProblem('insufficient_scope', `The token of the user does not allow ${operation}.`, {
    hint: `It needs one of: ${safeList(scopes)}. Add it to the OAuth client of signIn in Genesys Cloud; then users sign in again.`,
    scopes
  });
}

interface Need extends Pick<Permit, 'operation' | 'takesToken'> {
  /** One of these scopes is enough; empty: any caller with a role. */
  readonly scopes: readonly string[];
  /** Whether a role has to name the operation in its `routes`. */
  readonly byRoute: boolean;
}

/**
 * Decides which operations a caller may call: the least privilege that Genesys Cloud does not enforce for
 * client-credentials tokens.
 */
export function createRights({ proxy, roles }: Pick<RelayConfig, 'proxy' | 'roles'>) {
  /**
   * Decisions by entitlement and operation. The entitlements of roles are few and repeat. That of a caller with its own Genesys
   * token is new for each call, so its decisions are not found again.
   */
  const decided = new WeakMap<Entitlement, Map<Operation, Permit>>();
  const withRoutes = [...roles.values()].some(({ routes }) => routes !== undefined);

  const ruleFor = (method: string, requestPath: string) => proxy.allow.find((one) => matches(one, method, requestPath));

  function needOfUnknown(method: string, requestPath: string): Need {
    refuseChannels(`${method} ${CHANNELS}`, requestPath);
    const rule = ruleFor(method, requestPath);
    if (rule !== undefined) {
      return { operation: `${method} ${rule.path}/...`, scopes: rule.scopes, takesToken: true, byRoute: false };
    }
    throw new RelayProblem('operation_unknown', 'The catalogue of the relay has no such operation.', {
      hint: "Check method and path; list an operation that is newer than the relay in 'proxy.allow', with its scopes."
    });
  }

  function needOfKnown(found: Operation, requestPath: string, isOwn: boolean): Need {
    const { method, path, auth } = found;
    const operation = `${method} ${path}`;
    refuseChannels(operation, path);
    if (method === 'DELETE') refuseTokenEnd(operation, path, isOwn);
    if (auth !== 'oauth' && auth !== 'none') {
      throw operationRefused(
        operation,
        `it takes a ${auth}, not an access token`,
        'Call this operation without the relay.'
      );
    }
    const rule = needsRule(found) ? ruleFor(method, requestPath) : undefined;
    return {
      operation,
      scopes: rule?.scopes ?? found.scopes,
      takesToken: auth === 'oauth',
      byRoute: needsRule(found) && rule === undefined
    };
  }

  function decide(need: Need, entitlement: Entitlement, method: string, requestPath: string): Permit {
    const { operation, scopes, takesToken, byRoute } = need;
    const rolesWithScope = entitlement.roles.filter(
      (role) => scopes.length === 0 || scopes.some((scope) => isCovered(scope, role.scopes))
    );
    if (rolesWithScope.length === 0) {
      throw new RelayProblem('insufficient_scope', `No role of this caller allows ${operation}.`, {
        hint: `It needs one of: ${safeList(scopes)}. Add it to one of the caller's roles.`,
        scopes
      });
    }
    const allows = ({ routes }: Role): boolean =>
      routes === undefined ? !byRoute : routes.some((rule) => matches(rule, method, requestPath));
    if (!rolesWithScope.some(allows)) {
      if (byRoute) {
        throw operationRefused(
          operation,
          'it has no scope that could decide who may call it',
          "Add it to the 'routes' of a role, or to 'proxy.allow' with the scopes that it needs."
        );
      }
      throw operationRefused(
        operation,
        "no role of this caller has it among its 'routes'",
        "Add it to the 'routes' of a role."
      );
    }
    const usable = scopes.filter((scope) => rolesWithScope.some((role) => isCovered(scope, role.scopes)));
    if (entitlement.tokenScopes !== undefined) {
      if (takesToken) checkToken(entitlement.tokenScopes, usable, operation);
      return { client: undefined, operation, takesToken };
    }
    // One of the scopes is enough, and each may lead to another client: the narrowest of these clients sends the call.
    const choices = (usable.length === 0 ? [[]] : usable.map((scope) => [scope])).flatMap(
      (required) => narrowestClient(entitlement.clients, { required, optional: [] })?.client ?? []
    );
    const client = narrowestClient(choices, { required: [], optional: [] })?.client;
    if (client !== undefined) return { client, operation, takesToken };
    throw new RelayProblem('scope_not_covered', `No OAuth client of the relay covers ${operation}.`, {
      hint: `Add one of ${safeList(usable)} to the scopes of an OAuth client in genesys.clients.`,
      scopes: usable
    });
  }

  /**
   * @param path path that {@link apiTarget} has accepted
   * @throws RelayProblem `operation_unknown`, `operation_refused`, `insufficient_scope`, `scope_not_covered`
   */
  return (method: string, path: string, entitlement: Entitlement): Permit => {
    // HEAD reveals no more than GET.
    const isOwn = entitlement.tokenScopes !== undefined;
    const found = findOperation(method, path) ?? (method === 'HEAD' ? findOperation('GET', path) : undefined);
    if (found === undefined || withRoutes || needsRule(found)) {
      const requestPath = normalPath(path);
      return decide(
        found === undefined ? needOfUnknown(method, requestPath) : needOfKnown(found, requestPath, isOwn),
        entitlement,
        method,
        requestPath
      );
    }
    let permitOf = decided.get(entitlement);
    if (permitOf === undefined) decided.set(entitlement, (permitOf = new Map<Operation, Permit>()));
    let permit = permitOf.get(found);
    if (permit === undefined)
      permitOf.set(found, (permit = decide(needOfKnown(found, '', isOwn), entitlement, method, '')));
    return permit;
  };
}
