// Every combination of mode, way to check scopes, setup and situation. `expected()` states the rules.
import { API } from './app';
import type { User } from './matrix/network';
import { FOREIGN, type Outcome, run } from './matrix/run';
import { CONFIG_URL, SETUPS } from './matrix/setups';
import { WAYS, type Way } from './matrix/ways';

const MODES = ['token mode', 'proxy mode'] as const;

/** Who uses the app, one after the other; each signs out before the next one signs in. */
const SITUATIONS = {
  granted: ['granted'],
  'not granted': ['not granted'],
  'relay down': ['relay down'],
  'signed out and in again': ['granted', 'granted'],
  'signed out, then a user without the scope': ['granted', 'not granted'],
  'signed out, then a user with the scope': ['not granted', 'granted']
} satisfies Record<string, readonly User[]>;

interface Cell {
  readonly mode: (typeof MODES)[number];
  readonly way: keyof typeof WAYS;
  readonly setup: keyof typeof SETUPS;
  readonly situation: keyof typeof SITUATIONS;
}

const keys = <Key extends string>(record: Record<Key, unknown>) => Object.keys(record) as Key[];

const cells: Cell[] = MODES.flatMap((mode) =>
  keys(WAYS).flatMap((way) =>
    keys(SETUPS).flatMap((setup) => keys(SITUATIONS).map((situation) => ({ mode, way, setup, situation })))
  )
);

describe('the library in every combination', () => {
  // No combination is impossible, so none is left out. The guards of a lazy route run in the injector of that route, and the
  // testing entry point replaces the relay only.
  it('is tested in 2 x 6 x 5 x 6 cells', () => {
    expect(cells).toHaveLength(360);
  });

  it.each(cells)('$mode, $way, $setup: $situation', async (cell) => {
    const { mode, way, setup, situation } = cell;
    expect(await run(mode === 'proxy mode', WAYS[way], SETUPS[setup], SITUATIONS[situation])).toEqual(expected(cell));
  });
});

function expected(cell: Cell): Outcome {
  const way: Way = WAYS[cell.way];
  const users: readonly User[] = SITUATIONS[cell.situation];
  const last = users.length;
  const isDown = users.at(-1) === 'relay down';
  const callOfMe = (token: number) => apiCall(cell, '/api/v2/users/me', token);
  return {
    visits: users.map((user) => ({
      shown: shownTo(user, cell.way),
      code: way.isLive ? undefined : codeFor(user),
      // A scope that is not granted does not make the relay call fail.
      status: user === 'relay down' ? 'failed' : 'ready',
      stateCode: user === 'relay down' ? 'relay_unavailable' : undefined
    })),
    // What follows the token says no at once. Data and pages that are on the screen are the app's.
    afterSignOut: users.slice(1).map((_next, n) => (way.isLive ? 'no' : shownTo(users[n]!, cell.way))),
    sent: [
      ...(cell.setup === 'loaded at run time' ? [`GET ${CONFIG_URL}`] : []),
      ...users.flatMap((user, n) => [
        ...(n > 0 ? ['next user'] : []),
        ...(n === 0 && way.isPassive ? ['other code asks'] : []),
        ...relayCall(cell),
        // A request that needs a missing scope is not sent.
        ...(cell.way === 'httpResource' && user === 'granted' ? [apiCall(cell, '/api/v2/routing/queues', n + 1)] : [])
      ]),
      ...(isDown ? relayCall(cell) : [callOfMe(last)]),
      `GET ${FOREIGN}`,
      'two calls after a sign-out',
      ...relayCall(cell),
      ...(isDown ? [] : [callOfMe(last + 1), callOfMe(last + 1)])
    ],
    reported: []
  };
}

function shownTo(user: User, way: Cell['way']): string {
  if (user === 'granted') return 'yes';
  if (user === 'not granted') return 'no';
  // While the answer is not known, hasScopes() is false, and everything else shows nothing.
  return way === 'hasScopes' ? 'no' : '';
}

function codeFor(user: User): string | undefined {
  if (user === 'granted') return undefined;
  return user === 'not granted' ? 'scope_not_granted' : 'relay_unavailable';
}

const relayOf = ({ setup }: Cell): string => (setup === 'second named' ? '/emea' : '/genesys');

/** One call of the relay for each user. The one of the testing entry point is in memory. */
function relayCall(cell: Cell): string[] {
  if (cell.setup === 'testing') return [];
  return [cell.mode === 'token mode' ? `POST ${relayOf(cell)}/token` : `GET ${relayOf(cell)}/session`];
}

/** With a token in token mode, and to the relay without a token in proxy mode. */
function apiCall(cell: Cell, path: string, token: number): string {
  if (cell.mode === 'proxy mode') return `GET ${relayOf(cell)}${path}`;
  return `GET ${API}${path} Bearer ${cell.setup === 'testing' ? 'fake-genesys-' : ''}token-${token}`;
}
