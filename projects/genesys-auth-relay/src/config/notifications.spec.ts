import { type RelayConfigInput, RelayConfigError, parseRelayConfig } from '../index.ts';
import { SECRET_ENV, configFor } from '../testing/config.ts';

const env = { [SECRET_ENV]: 'secret' };
const endpoints = { tokenEndpoint: 'https://login.example.com/oauth/token', apiOrigin: 'https://api.example.com' };
const parse = (more: Partial<RelayConfigInput>, genesys: Partial<RelayConfigInput['genesys']> = {}) =>
  parseRelayConfig(configFor(endpoints, more, genesys), env);
const issuesOf = (more: Partial<RelayConfigInput>, genesys?: Partial<RelayConfigInput['genesys']>) => {
  try {
    parse(more, genesys);
    return [];
  } catch (error) {
    if (!(error instanceof RelayConfigError)) throw error;
    return error.issues.map(({ key, message }) => `${key}: ${message}`);
  }
};
const listening = {
  scopes: ['analytics', 'notifications'],
  roles: { developer: { scopes: ['analytics', 'notifications'] } },
  notifications: {}
};

describe('the section notifications', () => {
  it('is off unless it is written', () => {
    expect(parse({}).notifications).toBe(false);
  });

  it('has defaults', () => {
    expect(parse(listening).notifications).toMatchObject({ channels: 3, topicsPerClient: 200, clientsPerCaller: 20 });
  });

  it('wants the scope notifications on the list', () => {
    expect(issuesOf({ notifications: {} })).toEqual([
      "notifications: the hub is on, but the scope 'notifications' is not in the list scopes"
    ]);
  });

  it('wants an OAuth client with that scope', () => {
    const client = { id: 'a', secret: { env: SECRET_ENV } };
    expect(
      issuesOf(listening, { client: undefined, clients: [{ ...client, name: 'a', scopes: ['analytics'] }] })
    ).toContain("notifications: no OAuth client has the scope 'notifications'");
  });

  it('wants a role that may listen', () => {
    expect(issuesOf({ ...listening, roles: { developer: { scopes: ['analytics'] } } })).toEqual([
      "notifications: no role has the scope 'notifications', so no one could listen"
    ]);
  });

  it('names a mistake in its place', () => {
    expect(issuesOf({ ...listening, notifications: { topicScopes: { 'users.*': 'users' } } })[0]).toMatch(
      /^notifications/
    );
    expect(issuesOf({ ...listening, notifications: { channels: 21 } })[0]).toMatch(
      /^notifications.channels: 21 is not/
    );
  });
});
