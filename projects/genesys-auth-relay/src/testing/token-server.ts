import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the token endpoint received it. */
export interface Received {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
  /** Violations that a strict server would report (RFC 6749 sections 2.3, 3.2 and 4.4.2); empty if nothing. */
  readonly faults: readonly string[];
}

/** Answer of the token endpoint: a body, or a function that writes the answer itself. */
export type Reply = object | ((response: ServerResponse, count: number) => void);

/** A token endpoint and an API under the control of a test. */
export interface TokenServer {
  readonly tokenEndpoint: string;
  readonly apiOrigin: string;
  /** Token requests so far, oldest first. */
  readonly received: readonly Received[];
  /** Verifications (`HEAD /api/v2/tokens/me`) so far, by their Authorization header. */
  readonly verified: readonly string[];
  /** Sets the answer of the token endpoint. */
  answerWith(reply: Reply): void;
  /** Sets the status the API answers to a verification. */
  verifyWith(status: number | ((response: ServerResponse) => void)): void;
  /** Connections that are open now. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

function faultsOf(request: IncomingMessage, form: URLSearchParams): string[] {
  const faults: string[] = [];
  const names = [...form.keys()];
  const basic = request.headers.authorization?.startsWith('Basic ') === true;
  if (request.method !== 'POST') faults.push('not POST');
  if (request.url?.includes('?') === true) faults.push('query');
  if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') faults.push('content type');
  if (form.get('grant_type') !== 'client_credentials') faults.push('grant_type');
  if (new Set(names).size !== names.length) faults.push('repeated parameter');
  if ([...form.values()].includes('')) faults.push('empty parameter');
  if (basic === form.has('client_secret')) faults.push('not exactly one authentication method');
  return faults;
}

/** The n-th token of a server, always the same. */
export const tokenNumber = (count: number): string => `token-${count}-${'x'.repeat(40)}`;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts a token endpoint that answers `token-1`, `token-2` ... for an hour each, until the test sets another answer. */
export async function startTokenServer(): Promise<TokenServer> {
  const received: Received[] = [];
  const verified: string[] = [];
  let reply: Reply = {};
  let verification: number | ((response: ServerResponse) => void) = 200;

  const server = createServer((request, response) => {
    if (request.url?.startsWith('/api/v2/tokens/me') === true) {
      if (request.method === 'HEAD') verified.push(request.headers.authorization ?? '');
      if (typeof verification === 'function') verification(response);
      else response.writeHead(verification).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      received.push({ url: request.url ?? '', headers: request.headers, form, faults: faultsOf(request, form) });
      if (typeof reply === 'function') {
        reply(response, received.length);
        return;
      }
      const body = { access_token: tokenNumber(received.length), token_type: 'bearer', expires_in: 3600, ...reply };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  const origin = await listen(server);
  return {
    tokenEndpoint: `${origin}/oauth/token`,
    apiOrigin: origin,
    received,
    verified,
    answerWith: (next) => {
      reply = next;
    },
    verifyWith: (next) => {
      verification = next;
    },
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error === null) resolve(count);
          else reject(error);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      })
  };
}

/** An answer with this status and body. */
export const replyWith =
  (status: number, body: string | object, headers: Record<string, string> = {}): Reply =>
  (response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };
