// One relay of a fleet as a process, so that a run can freeze and kill it. It reports its URL, each role of its hub, and when it
// did not get to work for a while.
import { setInterval } from 'node:timers';
import { parseRelayConfig, startRelay } from 'genesys-auth-relay';
import { STALL_MS } from './stall.mjs';

let awakeAt = performance.now();
setInterval(() => {
  const ms = performance.now() - awakeAt;
  awakeAt = performance.now();
  if (ms > STALL_MS) process.send?.({ stalledMs: ms });
}, STALL_MS / 10);

const relay = await startRelay(parseRelayConfig(JSON.parse(process.env.CONFIG ?? '')), {
  observer: { hubRole: (role) => process.send?.({ role }) }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url: relay.url });
