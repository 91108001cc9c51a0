import { DOCUMENT } from '@angular/core';
import {
  HttpClient,
  type HttpInterceptorFn,
  provideHttpClient,
  withFetch,
  withInterceptors
} from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { startRelay } from 'genesys-auth-relay';
import { type Sandbox, type SandboxOptions, SANDBOX_CLIENT, createSandbox } from 'genesys-sandbox';
import { GenesysAuthService, genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
import {
  GENESYS_WEBSOCKET,
  type GenesysEvent,
  type GenesysGap,
  GenesysNotifications,
  type GenesysNotificationsOptions,
  type QueueObservationsBody,
  directChannel,
  provideGenesysNotifications
} from 'ngx-genesys-auth/notifications';
import { JSDOM } from 'jsdom';
import { WebSocket } from 'ws';

const SECRET = 'LIVE_EVENTS_SECRET';

/** A sandbox and a relay in front of it, on loopback. */
export async function startServers(options: SandboxOptions = {}) {
  process.env[SECRET] = SANDBOX_CLIENT.secret;
  const sandbox = await createSandbox({ rateLimit: { requestsPerMinute: false }, ...options });
  const relay = await startRelay({
    mode: 'token',
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    genesys: {
      tokenEndpoint: sandbox.tokenEndpoint,
      apiOrigin: sandbox.apiOrigin,
      client: { id: SANDBOX_CLIENT.id, secret: { env: SECRET } }
    },
    scopes: ['analytics', 'routing', 'notifications'],
    identities: [{ type: 'loopback', roles: ['developer'] }],
    roles: { developer: { scopes: ['analytics', 'routing', 'notifications'] } },
    notifications: {},
    limits: { requestsPerMinute: 100_000 },
    log: { level: 'silent' }
  });
  return {
    sandbox,
    relay,
    close: async () => {
      await relay.close();
      await sandbox.close();
      Reflect.deleteProperty(process.env, SECRET);
    }
  };
}

/** An app with live events, in Node. */
export function createLiveApp(
  { sandbox, relay }: { sandbox: Sandbox; relay: { url: string } },
  options: Partial<GenesysNotificationsOptions> = {},
  ...before: readonly HttpInterceptorFn[]
) {
  TestBed.resetTestingModule();
  const sockets: WebSocket[] = [];
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withFetch(), withInterceptors([...before, genesysAuthInterceptor])),
      provideGenesysAuth({
        apiOrigin: sandbox.apiOrigin,
        relay: relay.url,
        scopes: ['analytics', 'routing', 'notifications']
      }),
      provideGenesysNotifications({ source: directChannel(), ...options }),
      {
        provide: GENESYS_WEBSOCKET,
        useValue: (url: string, protocols: string[]) => {
          const socket = new WebSocket(url, protocols);
          sockets.push(socket);
          return socket;
        }
      },
      { provide: DOCUMENT, useValue: new JSDOM().window.document }
    ]
  });
  return {
    http: TestBed.inject(HttpClient),
    auth: TestBed.inject(GenesysAuthService),
    live: TestBed.inject(GenesysNotifications),
    sockets
  };
}

/** What a listener got. */
export function collect(live: GenesysNotifications, topic: string) {
  const events: GenesysEvent[] = [];
  let error: unknown;
  const subscription = live.topic(topic).subscribe({
    next: (event) => events.push(event),
    error: (reason: unknown) => (error = reason)
  });
  return {
    events,
    subscription,
    get error() {
      return error;
    },
    bodies: () => events.map(({ eventBody }) => eventBody)
  };
}

export type { GenesysEvent, GenesysGap, QueueObservationsBody };
