import { presenceId } from '../analytics/observed-users.ts';
import { PRESENCES, type Presence } from '../centre/agents.ts';
import type { ContactCentre } from '../centre/centre.ts';
import { GenesysError } from '../http/errors.ts';
import type { LiveToken } from '../tokens/token-store.ts';
import { type Operation, ANY_SCOPE, ANY_TOKEN, allOf, toRead } from './operation.ts';
import { listing } from './paging.ts';
import { parameter } from './queues.ts';
import { SCOPE_NAMES } from './scope-names.ts';

const DATE = '2025-01-13T08:00:00.000Z';

/** What an app reads once: presence definitions, scopes, time zones, and the roles of the caller. */
export function referenceOperations(centre: () => ContactCentre): Operation[] {
  const definitions = (): ReturnType<typeof definition>[] =>
    PRESENCES.map((presence) => definition(presence, centre().plan.queues[0]?.division.id));
  const one =
    (name: string) =>
    ({ request }: { readonly request: { readonly params: unknown } }): object => {
      const id = parameter(request.params, name).toLowerCase();
      const found = definitions().find((candidate) => candidate.id === id);
      if (found === undefined) throw GenesysError.notFound();
      return found;
    };
  const mayRead = allOf('presence:presenceDefinition:view');
  const all = '/api/v2/presence/definitions';
  return [
    {
      method: 'GET',
      path: '/presence/definitions',
      scopes: toRead('presence'),
      permissions: mayRead,
      handle: () => ({ total: PRESENCES.length, entities: definitions(), selfUri: all })
    },
    {
      method: 'GET',
      path: '/presence/definitions/:definitionId',
      scopes: toRead('presence'),
      permissions: mayRead,
      handle: one('definitionId')
    },
    {
      method: 'GET',
      path: '/presencedefinitions',
      scopes: toRead('presence'),
      permissions: mayRead,
      handle: ({ query }) => listing(definitions(), '/api/v2/presencedefinitions', query)
    },
    {
      method: 'GET',
      path: '/presencedefinitions/:presenceId',
      scopes: toRead('presence'),
      permissions: mayRead,
      handle: one('presenceId')
    },
    {
      method: 'GET',
      path: '/authorization/subjects/me',
      scopes: toRead('authorization'),
      permissions: ANY_TOKEN,
      handle: ({ live }) => subject(live, centre())
    },
    {
      method: 'GET',
      path: '/oauth/scopes',
      scopes: toRead('oauth'),
      permissions: ANY_TOKEN,
      handle: () => ({ total: SCOPE_NAMES.length, entities: SCOPE_NAMES.map(scope), selfUri: '/api/v2/oauth/scopes' })
    },
    {
      method: 'GET',
      path: '/oauth/scopes/:scopeId',
      scopes: toRead('oauth'),
      permissions: ANY_TOKEN,
      handle: ({ request }) => {
        const id = parameter(request.params, 'scopeId');
        if (!SCOPE_NAMES.includes(id)) throw GenesysError.notFound();
        return scope(id);
      }
    },
    {
      method: 'GET',
      path: '/timezones',
      scopes: ANY_SCOPE,
      permissions: ANY_TOKEN,
      handle: ({ query }) => {
        const page = listing(Intl.supportedValuesOf('timeZone'), '/api/v2/timezones', query);
        const at = new Date(centre().now);
        return { ...page, entities: page.entities.map((id) => ({ id, name: id, offset: offsetSeconds(id, at) })) };
      }
    }
  ];
}

function definition(presence: Presence, divisionId: string | undefined) {
  const words = presence.toLowerCase().replaceAll('_', ' ');
  const id = presenceId(presence);
  return {
    id,
    languageLabels: { en_US: words.charAt(0).toUpperCase() + words.slice(1) },
    systemPresence: presence,
    divisionId: divisionId ?? '*',
    deactivated: false,
    primary: true,
    type: 'System',
    createdDate: DATE,
    modifiedDate: DATE,
    selfUri: `/api/v2/presence/definitions/${id}`
  };
}

const scope = (id: string): object => ({ id, description: id, selfUri: `/api/v2/oauth/scopes/${id}` });

/** The user or the OAuth client as a subject, with its permissions as the policies of one role. */
function subject({ client, grant, permissions }: LiveToken, centre: ContactCentre): object {
  const { id, name } = grant?.user ?? { id: client.id, name: client.name ?? client.id };
  const policies = (permissions === 'all' ? ['*:*:*'] : permissions).map((permission) => {
    const [domain, entityName, action] = permission.split(':');
    return { domain, entityName, actions: [action], allowConditions: false };
  });
  const role = { id: `${id}-role`, name: 'Sandbox role', policies, default: false };
  return {
    id,
    name,
    grants: [{ subjectId: id, division: centre.plan.queues[0]?.division, role, grantMadeAt: DATE }],
    version: 1
  };
}

/** Seconds that a time zone is ahead of UTC at a moment. */
function offsetSeconds(timeZone: string, at: Date): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
  const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /^GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
}
