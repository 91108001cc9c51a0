import type { RelayClock } from '../../runtime/clock.ts';
import type { HubApi } from './api.ts';

/** How long a list is good, in milliseconds: a room of boards that comes in the morning asks the API once. */
const KEPT_MS = 60_000;

/** The lists of an API, each asked for once for all who want it, and not again for a minute. A failure is not kept. */
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
