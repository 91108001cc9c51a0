import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as the API received it. */
export interface ReceivedCall {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** How the token endpoint of a test answers. */
export interface TokenIssue {
  readonly status?: number;
  readonly seconds?: number;
  readonly after?: Promise<void>;
}

/** Handles a call at the API of a test. The body has been read. */
export type CallHandler = (call: ReceivedCall, response: ServerResponse, request: IncomingMessage) => void;

/** A token endpoint and an API in one, whose tokens can be revoked. */
export interface ApiServer {
  readonly tokenEndpoint: string;
  readonly apiOrigin: string;
  readonly calls: readonly ReceivedCall[];
  /** Tokens issued so far. */
  readonly tokens: readonly string[];
  /** Headers of the token requests so far. */
  readonly tokenRequests: readonly IncomingMessage['headers'][];
  /** Requests so far with which the relay has verified a token. */
  readonly verifications: number;
  /** Connections that are open. */
  connections(): Promise<number>;
  /** Sets what the API answers to calls with a live token. */
  answerWith(handler: CallHandler): void;
  /** Sets the token endpoint: it fails with this status, or issues tokens with this lifetime in seconds, once `after` is settled. */
  issueTokens(how: TokenIssue): void;
  /** Lets the API refuse all tokens issued so far. */
  kill(): void;
  close(): Promise<void>;
}

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

/** Starts it. Tokens are `CANARY-token-1-...`, so that a test finds every leak. */
export async function startApiServer(): Promise<ApiServer> {
  const calls: ReceivedCall[] = [];
  const tokens: string[] = [];
  const tokenRequests: IncomingMessage['headers'][] = [];
  let verifications = 0;
  const live = new Set<string>();
  let issue: TokenIssue = {};
  let handler: CallHandler = (_call, response) => {
    json(response, 200, { ok: true });
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request;
      if (url === '/oauth/token') {
        tokenRequests.push(headers);
        if (issue.status !== undefined) {
          response.writeHead(issue.status).end();
          return;
        }
        const token = `CANARY-token-${tokens.length + 1}-${'x'.repeat(40)}`;
        tokens.push(token);
        live.add(token);
        const answer = { access_token: token, token_type: 'bearer', expires_in: issue.seconds ?? 3600 };
        void (issue.after ?? Promise.resolve()).then(() => {
          json(response, 200, answer);
        });
        return;
      }
      const isLive = live.has((headers.authorization ?? '').slice('Bearer '.length));
      // How the relay verifies a token; a caller's own call of this path comes with what callers send.
      if (url === '/api/v2/tokens/me' && headers.accept === 'application/json') {
        verifications += 1;
        response.writeHead(isLive ? 200 : 401).end();
        return;
      }
      const call = { method, url, headers, rawHeaders, body: Buffer.concat(chunks) };
      calls.push(call);
      if (isLive) handler(call, response, request);
      else json(response, 401, { message: 'Invalid login credentials.', code: 'bad.credentials', status: 401 });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    tokenEndpoint: `${origin}/oauth/token`,
    apiOrigin: origin,
    calls,
    tokens,
    tokenRequests,
    get verifications() {
      return verifications;
    },
    connections: () =>
      new Promise((resolve) => {
        server.getConnections((_error, count) => {
          resolve(count);
        });
      }),
    answerWith: (next) => {
      handler = next;
    },
    issueTokens: (how) => {
      issue = how;
    },
    kill: () => {
      live.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      })
  };
}
