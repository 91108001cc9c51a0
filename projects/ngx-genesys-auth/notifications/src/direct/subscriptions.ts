import { type Observable, catchError, concat, defer, map, of, reduce, tap, throwError } from 'rxjs';
import { topicKey } from '../link/topic-names';
import type { Channel, ChannelApi, Refusal } from './api';
import { statusOf } from './api';

/** Topics that Genesys Cloud takes on one channel. */
const MAX_TOPICS = 1000;

/** The subscriptions of one channel, whichever of its connections writes them. */
export class Subscriptions {
  readonly channel: Channel;
  readonly #api: ChannelApi;
  /** What was taken by Genesys Cloud: it knows these topics, and they deliver. By key. */
  readonly #taken = new Set<string>();

  constructor(api: ChannelApi, channel: Channel) {
    this.#api = api;
    this.channel = channel;
  }

  /**
   * Makes the subscriptions the given ones, and tells which of them were refused. Genesys Cloud refuses a whole request for one
   * topic that it does not know: what is new is then added in halves until that topic is found. The others deliver all along.
   */
  write(topics: readonly string[]): Observable<readonly Refusal[]> {
    const within = topics.slice(0, MAX_TOPICS);
    const beyond = topics.slice(MAX_TOPICS).map((topic) => refusal(topic, `A channel takes ${MAX_TOPICS} topics.`));
    return this.#send('PUT', within).pipe(
      catchError((error: unknown) =>
        statusOf(error) === 400 && within.length > 0 ? this.#search(within, error) : throwError(() => error)
      ),
      map((refused) => [...refused, ...beyond])
    );
  }

  #search(topics: readonly string[], error: unknown): Observable<readonly Refusal[]> {
    const taken = topics.filter((topic) => this.#taken.has(topicKey(topic)));
    const added = topics.filter((topic) => !this.#taken.has(topicKey(topic)));
    // First what is not wanted any more makes room. If nothing is new, Genesys Cloud has come to forget one of them.
    const steps =
      added.length > 0
        ? concat(this.#send('PUT', taken), this.#addInHalves(added, error))
        : this.#addInHalves(topics, error);
    return steps.pipe(reduce((all, refused) => [...all, ...refused], [] as readonly Refusal[]));
  }

  /** @param known the error that these topics met already */
  #addInHalves(topics: readonly string[], known?: unknown): Observable<readonly Refusal[]> {
    const attempt = known === undefined ? this.#send('POST', topics) : throwError(() => known);
    return attempt.pipe(
      catchError((error: unknown) => {
        if (statusOf(error) !== 400) return throwError(() => error);
        const [only] = topics;
        if (topics.length === 1 && only !== undefined) return of([refusal(only, 'Genesys Cloud does not know it.')]);
        const middle = Math.ceil(topics.length / 2);
        return concat(this.#addInHalves(topics.slice(0, middle)), this.#addInHalves(topics.slice(middle)));
      })
    );
  }

  #send(method: 'PUT' | 'POST', topics: readonly string[]): Observable<readonly Refusal[]> {
    return defer(() => this.#api.subscribe(method, this.channel, topics)).pipe(
      tap(() => {
        if (method === 'PUT') this.#taken.clear();
        for (const topic of topics) this.#taken.add(topicKey(topic));
      })
    );
  }
}

const refusal = (topic: string, reason: string): Refusal => ({ topic, reason, missingPermissions: [] });
