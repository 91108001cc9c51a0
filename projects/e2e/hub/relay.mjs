// One relay of a fleet, as a process of its own, so that a test can kill it: the built package, its configuration in CONFIG.
import { parseRelayConfig, startRelay } from 'genesys-auth-relay';

const relay = await startRelay(parseRelayConfig(JSON.parse(process.env.CONFIG ?? '')));
console.log(relay.url);
