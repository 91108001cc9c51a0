import { type Observable, catchError, concat, defer, last, map, of, reduce, throwError } from 'rxjs';
import type { Channel, ChannelApi, Refusal } from './api';
import { statusOf } from './api';

/** Topics that Genesys Cloud takes on one channel. */
export const MAX_TOPICS = 1000;

/**
 * Makes the subscriptions of a channel the given ones, and tells which of them were refused. Genesys Cloud refuses a whole
 * request for one topic that it does not know: the request is then cut in halves until that topic is found.
 */
export function writeTopics(
  api: ChannelApi,
  channel: Channel,
  topics: readonly string[]
): Observable<readonly Refusal[]> {
  const within = topics.slice(0, MAX_TOPICS);
  const beyond = topics.slice(MAX_TOPICS).map((topic) => refusal(topic, `A channel takes ${MAX_TOPICS} topics.`));
  return api.subscribe('PUT', channel, within).pipe(
    catchError((error: unknown) => {
      if (statusOf(error) !== 400 || within.length === 0) return throwError(() => error);
      const empty = defer(() => api.subscribe('PUT', channel, []));
      return concat(empty, addInHalves(api, channel, within, error)).pipe(
        reduce((all, refused) => [...all, ...refused], [] as readonly Refusal[])
      );
    }),
    last(),
    map((refused) => [...refused, ...beyond])
  );
}

function addInHalves(
  api: ChannelApi,
  channel: Channel,
  topics: readonly string[],
  known?: unknown
): Observable<readonly Refusal[]> {
  const attempt = known === undefined ? defer(() => api.subscribe('POST', channel, topics)) : throwError(() => known);
  return attempt.pipe(
    catchError((error: unknown) => {
      if (statusOf(error) !== 400) return throwError(() => error);
      const [only] = topics;
      if (topics.length === 1 && only !== undefined) return of([refusal(only, 'Genesys Cloud does not know it.')]);
      const middle = Math.ceil(topics.length / 2);
      return concat(
        addInHalves(api, channel, topics.slice(0, middle)),
        addInHalves(api, channel, topics.slice(middle))
      );
    })
  );
}

const refusal = (topic: string, reason: string): Refusal => ({ topic, reason, missingPermissions: [] });
