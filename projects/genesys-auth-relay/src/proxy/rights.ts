import { isCovered } from 'genesys-scopes';
import { type Operation, findOperation } from 'genesys-scopes/operations';
import type { ClientConfig, RelayConfig, RouteRule } from '../config/config.ts';
import { narrowestClient } from '../oauth-clients/client-choice.ts';
import type { Entitlement } from '../policy/policy.ts';
import { RelayProblem } from '../reply/problem.ts';
import { safeList } from '../reply/safe-text.ts';

/** What a caller's request is, and whose token goes with it. */
export interface Permit {
  /** OAuth client whose token goes with it; `undefined`: the user's own token does. */
  readonly client: ClientConfig | undefined;
  /** Method and path template, for the log. */
  readonly operation: string;
  /** Whether the operation takes an access token at all. */
  readonly takesToken: boolean;
}

/** Reads without a scope that say nothing about an organisation: every caller with a role may send them. */
const PUBLIC_READS: ReadonlySet<string> = new Set(['/api/v2/date', '/api/v2/ipranges', '/api/v2/timezones']);

/** Whether no scope says who may call an operation, so that the configuration has to name it. */
const needsRule = ({ method, path, scopes }: Operation): boolean =>
  scopes.length === 0 && !(method === 'GET' && PUBLIC_READS.has(path));

/** Path as words: decoded, in lower case, without a slash at the end, the way the catalogue reads it. */
const wordsOf = (path: string): string => decodeURIComponent(path).toLowerCase().replace(/\/$/, '');

/** Tells whether a rule of methods and a path is about a request. Its path stands for everything below it as well. */
function matches({ methods, path }: RouteRule, method: string, words: string): boolean {
  const wanted = path.toLowerCase();
  return (methods === undefined || methods.includes(method)) && (words === wanted || words.startsWith(`${wanted}/`));
}

const refused = (operation: string, why: string, hint: string) =>
  new RelayProblem('operation_refused', `${operation} is not passed on: ${why}.`, { hint });

/**
 * A channel's id is all it takes to open its socket and to subscribe there, to any topic, past the relay: what is worth which scope
 * would be nobody's to say.
 */
const CHANNELS = '/api/v2/notifications/channels';

function refuseChannels(operation: string, path: string): void {
  if (path !== CHANNELS && !path.startsWith(`${CHANNELS}/`)) return;
  throw refused(
    operation,
    'whoever has a channel subscribes to whatever it likes',
    "Take the relay's hub: notifications: {} in its configuration, and source: relayHub() in the app."
  );
}

/** A token of a user is good for the scopes of its OAuth client alone. Where Genesys Cloud does not name them, it decides by itself. */
function checkToken(token: readonly string[], scopes: readonly string[], operation: string): void {
  if (token.length === 0 || scopes.length === 0 || scopes.some((scope) => isCovered(scope, token))) return;
  throw new RelayProblem('insufficient_scope', `The token of the user does not allow ${operation}.`, {
    hint: `It needs one of: ${safeList(scopes)}. Add it to the OAuth client of signIn in Genesys Cloud; then users sign in again.`,
    scopes
  });
}

interface Need extends Pick<Permit, 'operation' | 'takesToken'> {
  /** Any one of these is enough; empty: any caller with a role. */
  readonly scopes: readonly string[];
  /** Whether a role has to name the operation in its `routes`. */
  readonly byRoute: boolean;
}

/**
 * Decides which operations a caller may call: the least privilege that Genesys Cloud does not enforce for
 * client-credentials tokens.
 */
export function createRights({ proxy, roles }: Pick<RelayConfig, 'proxy' | 'roles'>) {
  /** Decisions by entitlement and operation: both are few, and the same ones come again and again. */
  const decided = new WeakMap<Entitlement, Map<Operation, Permit>>();
  const withRoutes = [...roles.values()].some(({ routes }) => routes !== undefined);

  const ruleFor = (method: string, words: string) => proxy.allow.find((one) => matches(one, method, words));

  function unknown(method: string, words: string): Need {
    refuseChannels(`${method} ${CHANNELS}`, words);
    const rule = ruleFor(method, words);
    if (rule !== undefined) {
      return { operation: `${method} ${rule.path}/...`, scopes: rule.scopes, takesToken: true, byRoute: false };
    }
    throw new RelayProblem('operation_unknown', 'The catalogue of the relay has no such operation.', {
      hint: "Check method and path; list an operation that is newer than the relay in 'proxy.allow', with its scopes."
    });
  }

  function known(found: Operation, words: string): Need {
    const { method, path, auth } = found;
    const operation = `${method} ${path}`;
    refuseChannels(operation, path);
    // One caller must not end the token of all others.
    if (method === 'DELETE' && path.startsWith('/api/v2/tokens/')) {
      throw refused(operation, 'it would end the token that all callers share', 'There is no token to end: just stop.');
    }
    if (auth !== 'oauth' && auth !== 'none') {
      throw refused(operation, `it takes a ${auth}, not an access token`, 'Call the API without the relay for it.');
    }
    const rule = needsRule(found) ? ruleFor(method, words) : undefined;
    return {
      operation,
      scopes: rule?.scopes ?? found.scopes,
      takesToken: auth === 'oauth',
      byRoute: needsRule(found) && rule === undefined
    };
  }

  function permit(need: Need, entitlement: Entitlement, method: string, words: string): Permit {
    const { operation, scopes, takesToken, byRoute } = need;
    const may = entitlement.roles.filter(
      (role) => scopes.length === 0 || scopes.some((scope) => isCovered(scope, role.scopes))
    );
    if (may.length === 0) {
      throw new RelayProblem('insufficient_scope', `No role of this caller allows ${operation}.`, {
        hint: `It needs one of: ${safeList(scopes)}. Add it to one of the caller's roles.`,
        scopes
      });
    }
    if (!may.some(({ routes }) => routes?.some((rule) => matches(rule, method, words)) ?? !byRoute)) {
      if (byRoute) {
        throw refused(
          operation,
          'it needs no scope, so no scope says who may call it',
          "Add it to the 'routes' of a role, or to 'proxy.allow' with the scopes that it is worth."
        );
      }
      throw refused(operation, "no role of this caller has it among its 'routes'", "Add it to the 'routes' of a role.");
    }
    const usable = scopes.filter((scope) => may.some((role) => isCovered(scope, role.scopes)));
    if (entitlement.token !== undefined) {
      if (takesToken) checkToken(entitlement.token, usable, operation);
      return { client: undefined, operation, takesToken };
    }
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
   * @param path path that {@link apiTarget} let through
   * @throws RelayProblem `operation_unknown`, `operation_refused`, `insufficient_scope`, `scope_not_covered`
   */
  return (method: string, path: string, entitlement: Entitlement): Permit => {
    // What HEAD tells, GET tells as well.
    const found = findOperation(method, path) ?? (method === 'HEAD' ? findOperation('GET', path) : undefined);
    if (found === undefined || withRoutes || needsRule(found)) {
      const words = wordsOf(path);
      return permit(found === undefined ? unknown(method, words) : known(found, words), entitlement, method, words);
    }
    let permits = decided.get(entitlement);
    if (permits === undefined) decided.set(entitlement, (permits = new Map<Operation, Permit>()));
    let answer = permits.get(found);
    if (answer === undefined) permits.set(found, (answer = permit(known(found, ''), entitlement, method, '')));
    return answer;
  };
}
