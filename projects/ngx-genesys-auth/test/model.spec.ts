import { TestBed } from '@angular/core/testing';
import fc from 'fast-check';
import { provideSubtle, settle } from './app';
import type { Call } from './model/network';
import { type EventType, type Setting, World } from './model/world';

/** A short form with fixed seeds runs with all other tests; `npm run soak -- model` makes many more runs, of a new seed. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 150);
const SEEDS = process.env['MODEL_RUNS'] === undefined ? [11, 12] : [Date.now()];
const COMMANDS = 60;

type Command = fc.AsyncCommand<object, World>;

const command = (name: string, run: (world: World) => void | Promise<void>): Command => ({
  check: () => true,
  async run(_model, world) {
    await run(world);
    world.check();
  },
  toString: () => name
});

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** Ways in which the relay answers. */
const relayAnswers: Readonly<Record<string, (world: World, call: Call) => void>> = {
  'a token of 300 s': (world, call) => {
    world.grant(call, 300, ['analytics', 'routing', 'users'], false);
  },
  'a token of 3 s': (world, call) => {
    world.grant(call, 3, ['analytics', 'routing'], false);
  },
  'the same token again': (world, call) => {
    world.grant(call, 60, ['analytics', 'routing'], true);
  },
  'too few scopes': (world, call) => {
    world.grant(call, 300, ['routing'], false);
  },
  '503': (_world, call) => {
    call.fail(503);
  },
  '429, Retry-After 20 s': (_world, call) => {
    call.fail(429, null, { 'Retry-After': '20' });
  },
  '403 policy_denied': (_world, call) => {
    call.fail(403, { code: 'policy_denied', detail: 'No role.' });
  },
  'no answer': (_world, call) => {
    call.fail(0);
  },
  'something else': (_world, call) => {
    call.succeed('<html>');
  }
};

/** Ways in which the API answers. */
const apiAnswers: Readonly<Record<string, (call: Call) => void>> = {
  '200': (call) => {
    call.succeed('ok');
  },
  '401': (call) => {
    call.fail(401, { code: 'bad.credentials' });
  },
  '401 ip.not.authorized': (call) => {
    call.fail(401, { code: 'ip.not.authorized' });
  },
  '403 for a scope': (call) => {
    call.fail(403, { code: 'app.not.authorized.for.scope', message: 'needs [users]' });
  },
  '429, Retry-After 30 s': (call) => {
    call.fail(429, null, { 'Retry-After': '30' });
  },
  '503': (call) => {
    call.fail(503);
  },
  'no answer': (call) => {
    call.fail(0);
  }
};

/** What may happen inside of a subscriber of events$, or while a request is sent. */
const actions: Readonly<Record<string, (world: World) => void>> = {
  'clear()': (world) => {
    world.clear();
  },
  'clear() and a request': (world) => {
    world.clear();
    world.request('GET');
  },
  'a request': (world) => {
    world.request('GET');
  },
  'renew()': (world) => {
    world.renew();
  }
};

const anyOf = <T>(all: Readonly<Record<string, T>>) => fc.constantFrom(...Object.entries(all));
const scopes = fc.constantFrom<string[]>([], ['routing'], ['users'], ['analytics:readonly', 'routing']);

const request = fc.tuple(fc.constantFrom('GET', 'POST', 'DELETE'), scopes).map(([method, needed]) =>
  command(`${method} ${needed.join(' ')}`, (world) => {
    world.request(method, ...needed);
  })
);
const relayAnswer = anyOf(relayAnswers).map(([name, answer]) =>
  command(`the relay answers: ${name}`, (world) => {
    for (const call of world.relayCalls) answer(world, call);
  })
);
const apiAnswer = fc.tuple(anyOf(apiAnswers), fc.nat(20)).map(([[name, answer], index]) =>
  command(`the API answers ${index}: ${name}`, (world) => {
    const calls = world.apiCalls;
    const call = calls[index % calls.length];
    if (call) answer(call);
  })
);
const apiAnswerToAll = anyOf(apiAnswers).map(([name, answer]) =>
  command(`the API answers all: ${name}`, (world) => {
    world.apiCalls.forEach(answer);
  })
);
const time = fc.constantFrom(1, 500, SECOND, 3 * SECOND, 20 * SECOND, 30 * SECOND, 65 * SECOND, 250 * SECOND);
const advance = time.map((ms) => command(`${ms} ms pass`, (world) => world.advance(ms)));
const constants = [
  command('clear()', (world) => {
    world.clear();
  }),
  command('the configuration arrives', (world) => {
    world.configure();
  }),
  command('the configuration cannot be loaded', (world) => {
    world.answerConfig((call) => {
      call.fail(503);
    });
  }),
  command('promises settle', settle),
  command('token()', (world) => {
    world.token();
  }),
  command('renew()', (world) => {
    world.renew();
  }),
  command('the relay takes its time', (world) => {
    world.answerAtOnce(undefined);
  }),
  ...[true, false].map((online) =>
    command(online ? 'online' : 'offline', () => {
      isOnline = online;
    })
  )
];
const ordinary = [
  request,
  request,
  relayAnswer,
  relayAnswer,
  apiAnswer,
  apiAnswerToAll,
  advance,
  fc.constantFrom(-1, 0, 500).map((ms) => command(`the token ends (${ms} ms)`, (world) => world.advanceToTheEnd(ms))),
  fc.constantFrom(...constants),
  fc.constantFrom(...constants),
  scopes.map((needed) =>
    command(`ensureScopes(${needed.join(' ')})`, (world) => {
      world.ensureScopes(...needed);
    })
  ),
  fc.nat(20).map((index) =>
    command(`the caller ${index} leaves`, (world) => {
      world.leave(index);
    })
  ),
  anyOf(relayAnswers).map(([name, answer]) =>
    command(`the relay answers at once: ${name}`, (world) => {
      world.answerAtOnce((call) => {
        answer(world, call);
      });
    })
  ),
  fc
    .tuple(fc.constantFrom<EventType>('renewing', 'ready', 'failed', 'cleared'), anyOf(actions))
    .map(([type, [name, action]]) =>
      command(`${name} on ${type}`, (world) => {
        world.onEvent(type, () => {
          action(world);
        });
      })
    ),
  anyOf(actions).map(([name, action]) =>
    command(`${name} when a request is sent`, (world) => {
      world.onSend(() => {
        action(world);
      });
    })
  )
];
/** Two things that no clock can tell apart, so a run has one of them: sleep with a clock set back looks like no time at all. */
const clocks = {
  'a clock that is set': fc.constantFrom(0, 0, HOUR, HOUR, -HOUR, 40 * SECOND).map((ms) =>
    command(`the clock is wrong by ${ms} ms`, (world) => {
      world.setWallClock(ms);
    })
  ),
  'a computer that sleeps': fc.constantFrom(2 * HOUR, 30 * SECOND).map((ms) =>
    command(`sleeps ${ms} ms`, (world) => {
      world.sleep(ms);
    })
  )
};

let isOnline = true;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'], now: Date.UTC(2026, 0, 1) });
  jest.spyOn(navigator, 'onLine', 'get').mockImplementation(() => isOnline);
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
  provideSubtle();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const setting = fc.record<Setting>({
  mode: fc.constantFrom('token', 'proxy'),
  isLoaded: fc.boolean(),
  retries: fc.boolean(),
  outerRetry: fc.boolean(),
  innerRetry: fc.boolean(),
  leaves: fc.boolean()
});

describe.each(SEEDS)(`the library in ${RUNS} random histories of seed %i`, (seed) => {
  it.each(Object.entries(clocks))(
    'asks the relay once at a time, sends no dead or cleared token, and leaves nothing behind, with %s',
    async (_name, clock) => {
      await fc.assert(
        fc.asyncProperty(
          setting,
          fc.commands([...ordinary, clock, clock], { maxCommands: COMMANDS, size: 'max' }),
          async (given, commands) => {
            isOnline = true;
            try {
              const world = new World(given);
              await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
              isOnline = true;
              await world.end();
            } finally {
              TestBed.resetTestingModule();
              jest.clearAllTimers();
            }
          }
        ),
        { numRuns: RUNS, seed }
      );
    }
  );
});
