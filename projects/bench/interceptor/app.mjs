// Runs in Node and in a browser: one small zoneless Angular app for each library, all with the same HttpClient and a backend
// that answers in the same turn, and the measurement of what its interceptor costs a request.
import {
  HttpBackend,
  HttpClient,
  HttpResponse,
  provideHttpClient,
  withInterceptors,
  withInterceptorsFromDi
} from '@angular/common/http';
import { provideZonelessChangeDetection } from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { of } from 'rxjs';
import { libraries } from './libraries.mjs';
import { TOKEN, hitUrl, missUrl, tokenResponse } from './rules.mjs';

const IN_FLIGHT = 10;

/** Answers at once. Notes the last `Authorization` while the checks run. */
class StubBackend {
  noted = undefined;
  noting = false;
  #answer = new HttpResponse({ status: 200, body: 'ok' });
  handle(request) {
    if (this.noting) this.noted = request.headers.get('Authorization');
    return request.url.endsWith('/genesys/token')
      ? of(new HttpResponse({ status: 200, body: tokenResponse }))
      : of(this.#answer);
  }
}

/** Ten requests at a time, `batches` times. Stays in the turn as long as the answers come in it. */
async function send(http, url, batches) {
  for (let batch = 0; batch < batches; batch++) {
    let open = IN_FLIGHT;
    let done;
    const failed = (error) => {
      throw error;
    };
    const finished = () => {
      if (--open === 0) done?.();
    };
    for (let request = 0; request < IN_FLIGHT; request++)
      http.get(url).subscribe({ error: failed, complete: finished });
    if (open > 0) await new Promise((resolve) => (done = resolve));
  }
}

async function start(library) {
  const backend = new StubBackend();
  const { functional = [], providers = [], fromDi = false, ready } = await library.set();
  const app = await createApplication({
    providers: [
      provideZonelessChangeDetection(),
      provideHttpClient(withInterceptors(functional), ...(fromDi ? [withInterceptorsFromDi()] : [])),
      { provide: HttpBackend, useValue: backend },
      providers
    ]
  });
  await ready?.(app.injector);
  const http = app.injector.get(HttpClient);
  const url = { hit: library.hitUrl ?? hitUrl, miss: missUrl };
  // Whatever is measured must do its work: exactly this header on a hit, none on a miss.
  backend.noting = true;
  for (const [kind, wanted] of [
    ['hit', library.bare ? null : `Bearer ${TOKEN}`],
    ['miss', library.always ? `Bearer ${TOKEN}` : null]
  ]) {
    for (let again = 0; again < 3; again++) {
      backend.noted = undefined;
      await send(http, url[kind], 1);
      if (backend.noted !== wanted) throw new Error(`${library.name}, ${kind}: sent ${backend.noted}, not ${wanted}`);
    }
  }
  backend.noting = false;
  return { http, url };
}

/**
 * Rounds in which every library has its turn, in an order that is reversed each time.
 *
 * @param {{ rounds: number, turnMs: number, only: string }} options
 * @returns {Promise<Record<string, { hit: number[], miss: number[] }>>} nanoseconds a request, by round
 */
export async function measure({ rounds, turnMs, only }) {
  const turns = [];
  const chosen = libraries.filter(({ name, always }) => always || name.includes(only));
  for (const library of chosen) {
    const { http, url } = await start(library);
    for (const kind of ['hit', 'miss']) {
      // Warm, and find out how many batches fill a turn.
      let batches = 1;
      for (let took = 0; took < turnMs; batches *= 2) {
        const since = performance.now();
        await send(http, url[kind], batches * 2);
        took = performance.now() - since;
      }
      turns.push({ name: library.name, kind, batches, run: () => send(http, url[kind], batches) });
    }
  }
  const result = Object.fromEntries(chosen.map(({ name }) => [name, { hit: [], miss: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, kind, batches, run } of round % 2 === 0 ? turns : [...turns].reverse()) {
      const since = performance.now();
      await run();
      result[name][kind].push(((performance.now() - since) * 1e6) / (batches * IN_FLIGHT));
    }
  }
  return result;
}

globalThis.measureInterceptors = measure;
