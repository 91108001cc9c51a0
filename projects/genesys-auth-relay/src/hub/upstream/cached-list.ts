import type { RelayClock } from '../../runtime/clock.ts';
import type { HubApi } from './api.ts';

/** How long a list is reused, in milliseconds: many boards that start together cause one request. */
const KEPT_MS = 60_000;

/** Caches the lists of an API. Concurrent callers share one request, and a list is reused for a minute. A failure is not cached. */
export function cachedList(list: HubApi['list'], clock: RelayClock): HubApi['list'] {
  const kept = new Map<'queue' | 'user', { readonly until: number; readonly ids: Promise<readonly string[]> }>();
  return (what) => {
    const known = kept.get(what);
    if (known !== undefined && clock.monotonic() < known.until) return known.ids;
    const ids = list(what);
    kept.set(what, { until: clock.monotonic() + KEPT_MS, ids });
    ids.catch(() => kept.delete(what));
    return ids;
  };
}
