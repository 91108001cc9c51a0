import { request } from 'node:http';

/** An answer as received. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON, or an empty object. */
  readonly body: Record<string, unknown>;
}

/** A request of a test. Header values may be lists, to send a header several times. */
export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Sends a request with only the given headers, `Host` and a length, which `fetch` does not allow. */
export function ask(url: string, { method = 'POST', headers = {}, body }: Ask = {}): Promise<Answer> {
  const target = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: target.hostname,
        port: target.port,
        // Taken from the text, because a URL object would normalise it.
        path: url.slice(url.indexOf('/', url.indexOf('//') + 2)),
        method,
        agent: false,
        headers: {
          ...(body === undefined || headers['transfer-encoding'] !== undefined
            ? {}
            : { 'content-length': String(Buffer.byteLength(body)) }),
          ...Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]])
          )
        }
      },
      (response) => {
        const chunks: Buffer[] = [];
        // An answer that is cut off fails instead of never ending.
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) });
        });
      }
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A JSON token request of the app on this machine. */
export const fromHere = (body: object = {}): Ask => ({
  headers: { 'x-genesys-auth': '1', 'content-type': 'application/json' },
  body: JSON.stringify(body)
});

/** A form token request. */
export const asForm = (fields: Record<string, string>, headers: Record<string, string> = {}): Ask => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(fields).toString()
});

/** A Basic credential, raw as most clients send it. */
export const basic = (id: string, key: string): string => `Basic ${Buffer.from(`${id}:${key}`).toString('base64')}`;
