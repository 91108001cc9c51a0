import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ask } from '../testing/ask.ts';
import { type Answer, writeAnswer } from './write.ts';

describe('an answer of the relay', () => {
  async function answered(answer: Answer) {
    const server = createServer((_request, response) => {
      response.setHeader('set-cookie', ['host=1']);
      response.setHeader('X-Powered-By', 'host');
      writeAnswer(response, answer, { 'cache-control': 'no-store' });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      return await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { method: 'GET' });
    } finally {
      server.close();
    }
  }

  it('keeps the cookies of the host in addition to its own', async () => {
    const headers = { location: '/there', 'set-cookie': ['a=1', 'b=2'] };
    const { status, headers: got } = await answered({ status: 303, headers });
    expect(status).toBe(303);
    expect(got).toMatchObject({ location: '/there', 'content-length': '0', 'cache-control': 'no-store' });
    expect(got['set-cookie']).toEqual(['host=1', 'a=1', 'b=2']);
    expect(got).not.toHaveProperty('x-powered-by');
  });

  it('leaves the cookies of the host alone when it has none', async () => {
    expect((await answered({ status: 200, body: 'ok' })).headers['set-cookie']).toEqual(['host=1']);
  });
});
