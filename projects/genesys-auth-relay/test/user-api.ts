import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SIGN_IN_CLIENT } from './sign-in-setup.ts';

/** An API of a test whose answers are set directly. */
export interface UserApi {
  readonly apiOrigin: string;
  /** Requests so far: method, path and token. */
  readonly asked: string[];
  /** Sets the status of each answer. */
  answerWith(statusOf: (url: string, token: string) => number): void;
  /** Sets the organization of the user. */
  moveTo(organizationId: string): void;
  close(): void;
}

/** Starts an API that knows one user for each token. Each answer takes 20 ms, so that requests are open at the same time. */
export async function startUserApi(userOf: (token: string) => string): Promise<UserApi> {
  const asked: string[] = [];
  let statusOf: (url: string, token: string) => number = () => 200;
  let organization = { id: 'org', name: 'Org' };
  const server = createServer(({ url = '', method = '', headers }, response) => {
    const token = (headers.authorization ?? '').slice('Bearer '.length);
    asked.push(`${method} ${url} ${token}`);
    const status = statusOf(url, token);
    const facts = { id: userOf(token), OAuthClient: { id: SIGN_IN_CLIENT.id }, organization };
    const body = status === 200 ? { ...facts, homeOrganization: organization } : { status, code: 'bad.credentials' };
    setTimeout(() => response.writeHead(status).end(JSON.stringify(body)), 20);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    apiOrigin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answerWith: (next) => {
      statusOf = next;
    },
    moveTo: (id) => {
      organization = { id, name: id };
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    }
  };
}
