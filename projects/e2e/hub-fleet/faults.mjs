// What can go wrong in a fleet. A fault takes the world and returns when it is over; the fleet recovers after that by itself.
import { setTimeout as delay } from 'node:timers/promises';

const FREEZES_S = [3, 7, 15];

/** Ends connections of a kind at every node, again and again for a time. */
async function cutAtNodes({ redis }, type, ms) {
  const end = performance.now() + ms;
  do {
    await Promise.all(redis.nodes.map(({ client }) => client.call('CLIENT', 'KILL', 'TYPE', type)));
    await delay(100);
  } while (performance.now() < end);
}

/** Cuts one kind of connection: of one relay where there are proxies, otherwise of all. */
async function cut(world, kind, how) {
  const ms = world.chance.between(300, 6000);
  const { proxy } = world.chance.pick([world.leader(), world.follower()]);
  if (proxy === undefined) {
    await cutAtNodes(world, kind === 'subscriber' ? 'pubsub' : 'normal', ms);
    return;
  }
  const heal = proxy[how](kind);
  await delay(ms);
  heal();
}

async function freeze(relay, ms) {
  relay.child.kill('SIGSTOP');
  await delay(ms);
  relay.child.kill('SIGCONT');
}

async function killRelay(world, relay) {
  await world.kill(relay);
  await delay(world.chance.between(100, 3000));
  await world.start(relay);
}

const seconds = (world) => world.chance.pick(FREEZES_S) * 1000;

export const faults = {
  'cut-subscriber': { on: ['single', 'sentinel', 'cluster'], run: (world) => cut(world, 'subscriber', 'cut') },
  'cut-publisher': { on: ['single', 'sentinel', 'cluster'], run: (world) => cut(world, 'publisher', 'cut') },
  'hang-subscriber': { on: ['single'], run: (world) => cut(world, 'subscriber', 'hang') },
  'hang-publisher': { on: ['single'], run: (world) => cut(world, 'publisher', 'hang') },
  'freeze-leader': {
    on: ['single', 'sentinel', 'cluster'],
    run: (world) => freeze(world.leader(), world.holdMs ?? seconds(world))
  },
  'freeze-follower': {
    on: ['single', 'sentinel', 'cluster'],
    run: (world) => freeze(world.follower(), world.holdMs ?? seconds(world))
  },
  'kill-leader': { on: ['single', 'sentinel', 'cluster'], run: (world) => killRelay(world, world.leader()) },
  'kill-follower': { on: ['single', 'sentinel', 'cluster'], run: (world) => killRelay(world, world.follower()) },
  'fail-over': { on: ['sentinel'], run: ({ redis }) => redis.failOver() },
  'kill-redis': {
    on: ['single', 'cluster'],
    run: async ({ redis, chance }) => {
      const node = chance.pick(redis.nodes);
      await node.kill();
      await delay(chance.between(100, 6000));
      await node.restart();
    }
  },
  'freeze-redis': {
    on: ['single', 'cluster'],
    run: async ({ redis, chance }) => {
      const node = chance.pick(redis.nodes);
      node.freeze();
      await delay(chance.between(300, 6000));
      node.thaw();
    }
  },
  flush: {
    on: ['single', 'sentinel', 'cluster'],
    run: async ({ redis }) => {
      // A replica refuses, and follows its master.
      await Promise.all(redis.nodes.map(({ client }) => client.flushall().catch(() => undefined)));
    }
  },
  'revoke-channels': {
    on: ['single', 'sentinel', 'cluster'],
    run: async ({ redis, chance }) => {
      const allow = (what) =>
        Promise.all(redis.nodes.map(({ client }) => client.call('ACL', 'SETUSER', 'relay', what)));
      await allow('resetchannels');
      await delay(chance.between(300, 6000));
      await allow('allchannels');
    }
  }
};
