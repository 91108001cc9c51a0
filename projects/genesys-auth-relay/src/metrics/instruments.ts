import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RelayObserver } from '../runtime/observer.ts';

const PREFIX = 'genesys_auth_relay_';

/** Seconds. An answer from memory takes well below a millisecond; the token endpoint may take all of `timeoutMs`. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Creates the relay's instruments and the observer that updates them. */
export function createInstruments(registry: Registry): {
  readonly observer: RelayObserver;
  readonly setReady: (ready: boolean) => void;
} {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Histogram({ name: PREFIX + name, help, labelNames, registers, buckets: SECONDS });
  const gauge = (name: string, help: string) => new Gauge({ name: PREFIX + name, help, registers });

  const requests = histogram('request_duration_seconds', 'Requests of callers, by route and status of the answer', [
    'route',
    'status'
  ]);
  const refusals = counter('refusals_total', 'Requests refused or failed, by code of the problem', ['code']);
  const identified = counter('identified_total', 'Requests whose caller was found, by identity', ['identity']);
  const tokenRequests = histogram('token_request_duration_seconds', 'Requests to the token endpoint, by outcome', [
    'outcome'
  ]);
  const served = counter('tokens_served_total', 'Tokens that the source returned, by how the caller got them', ['how']);
  const waits = histogram('token_wait_seconds', 'Time that callers without a live token waited for one', []);
  const verifications = counter('token_verifications_total', 'Refused tokens that the API was asked about', ['result']);
  const apiRequests = histogram('api_request_duration_seconds', 'Calls forwarded to the API, until its answer began', [
    'client',
    'status'
  ]);
  const apiWaits = histogram(
    'api_queue_seconds',
    'Time that calls waited for their turn in the budget of their client',
    ['client']
  );
  const apiReplays = counter('api_replays_total', 'Calls sent again with a new token', ['client']);
  const apiCoalesced = counter('api_coalesced_total', 'Calls answered with the answer to an identical one', ['client']);
  const signIns = counter('sign_ins_total', 'Users who returned from Genesys Cloud, by result', ['outcome']);
  const sessionEnds = counter('sessions_ended_total', 'Sessions of users that ended, by reason', ['why']);
  const userTokens = histogram(
    'user_token_request_duration_seconds',
    'Requests to the token endpoint for tokens of users, by grant and outcome',
    ['grant', 'outcome']
  );
  const storeEvents = counter('store_events_total', 'Events of the shared store', ['event']);
  const degraded = gauge('store_degraded', 'Relays of the process whose shared store does not answer');
  const reloads = counter('reloads_total', 'Configurations and secrets applied at run time, or refused', [
    'what',
    'outcome'
  ]);
  const ready = gauge('ready', '1 while the relay takes traffic');
  const hubNow = {
    clients: gauge('hub_clients', 'Sockets of the notification hub'),
    topics: gauge('hub_topics', 'Topics that the notification hub holds'),
    channels: gauge('hub_channels', 'Genesys channels that the notification hub has open')
  };
  const hubRoles = new Gauge({
    name: `${PREFIX}hub_role`,
    help: 'Notification hubs that share a store, by role',
    labelNames: ['role'],
    registers
  });
  const hubSums = {
    events: counter('hub_events_total', 'Events from Genesys Cloud', []),
    duplicates: counter('hub_duplicates_total', 'Duplicate events that were dropped', []),
    deliveries: counter('hub_deliveries_total', 'Events multiplied by the clients that got them', []),
    gaps: counter('hub_gaps_total', 'Gaps that were reported to clients', [])
  };
  ready.set(0);
  degraded.set(0);

  return {
    setReady: (isReady) => {
      ready.set(isReady ? 1 : 0);
    },
    observer: {
      requestAnswered({ route, status, code, identity }, seconds) {
        requests.observe({ route, status }, seconds);
        if (code !== undefined) refusals.inc({ code });
        if (identity !== undefined) identified.inc({ identity });
      },
      tokenRequest(outcome, seconds) {
        tokenRequests.observe({ outcome }, seconds);
      },
      tokenServed(how, waitedMs) {
        served.inc({ how });
        if (how === 'waited' || how === 'failed') waits.observe(waitedMs / 1000);
      },
      tokenVerified(refused) {
        verifications.inc({ result: refused ? 'refused' : 'alive' });
      },
      apiAnswered(client, status, seconds) {
        apiRequests.observe({ client, status }, seconds);
      },
      apiQueued(client, waitedMs) {
        apiWaits.observe({ client }, waitedMs / 1000);
      },
      apiReplayed(client) {
        apiReplays.inc({ client });
      },
      apiCoalesced(client) {
        apiCoalesced.inc({ client });
      },
      signedIn(outcome) {
        signIns.inc({ outcome });
      },
      sessionEnded(why) {
        sessionEnds.inc({ why });
      },
      userTokenRequest(grant, outcome, seconds) {
        userTokens.observe({ grant, outcome }, seconds);
      },
      storeEvent(event) {
        storeEvents.inc({ event });
        // Several relays of a process may share these metrics, and a reload adds and removes relays.
        if (event === 'degraded') degraded.inc();
        if (event === 'recovered' || event === 'closed') degraded.dec();
      },
      hub(change) {
        for (const name of ['clients', 'topics', 'channels'] as const) hubNow[name].inc(change[name]);
        for (const name of ['events', 'duplicates', 'deliveries', 'gaps'] as const) hubSums[name].inc(change[name]);
      },
      hubRole(role, before) {
        if (before !== undefined) hubRoles.dec({ role: before });
        if (role !== undefined) hubRoles.inc({ role });
      },
      reloaded(what, outcome) {
        reloads.inc({ what, outcome });
      }
    }
  };
}
