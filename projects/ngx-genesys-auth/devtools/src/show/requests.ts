import type { RequestEntry } from '../watch/entry';
import type { RequestLog } from '../watch/log';
import { el, fill, setAttribute, setText } from './dom';
import type { Part } from './model';
import { requestRow, type RequestRow } from './request-row';

const FILTERS = [
  { name: 'All', shows: () => true },
  { name: 'No token', shows: ({ verdict: { kind } }: RequestEntry) => kind !== 'attached' && kind !== 'proxied' },
  { name: 'Problems', shows: (entry: RequestEntry) => isOdd(entry) }
] as const;

/** Whether a request was probably not meant to go as it went. Failures elsewhere than at the API are none of ours. */
export const isOdd = ({ verdict: { level }, origin, failure }: RequestEntry): boolean =>
  level === 'odd' || level === 'bad' || (origin === '' && failure !== undefined);

/** The last requests, with filters. */
export function requestsPart(document: Document, log: RequestLog): Part {
  let filter: (typeof FILTERS)[number] = FILTERS[0];
  const rows = new Map<number, RequestRow>();
  const list = el(document, 'ol', { class: 'rows', 'aria-label': 'Requests, the newest first' });
  const none = el(document, 'p', { class: 'none', text: 'No request yet.' });

  const buttons = FILTERS.map((one) => {
    const count = el(document, 'span', { class: 'count' });
    const button = el(document, 'button', { type: 'button', text: `${one.name} ` }, count);
    button.addEventListener('click', () => {
      filter = one;
      update();
    });
    return { one, button, count };
  });
  const clear = el(document, 'button', { type: 'button', class: 'quiet', text: 'Clear' });
  clear.addEventListener('click', () => {
    log.clear();
  });
  const element = el(
    document,
    'section',
    { class: 'requests', 'aria-label': 'Requests' },
    el(
      document,
      'div',
      { class: 'bar' },
      el(document, 'h3', { text: 'Requests' }),
      ...buttons.map(({ button }) => button),
      clear
    ),
    none,
    list
  );

  const rowOf = (entry: RequestEntry): RequestRow => {
    const row = rows.get(entry.id) ?? requestRow(document, entry);
    rows.set(entry.id, row);
    return row;
  };
  const update = () => {
    for (const { one, button, count } of buttons) {
      setText(count, String(log.entries.filter((entry) => one.shows(entry)).length));
      setAttribute(button, 'aria-pressed', String(one === filter));
    }
    const shown = log.entries.filter((entry) => filter.shows(entry));
    for (const entry of shown) rowOf(entry).update();
    // The rows stay the same elements, so that what is open or has the focus stays so.
    fill(list, shown.map(({ id }) => id).join(), () => shown.map((entry) => rowOf(entry).element));
    const kept = new Set(log.entries.map(({ id }) => id));
    for (const id of rows.keys()) if (!kept.has(id)) rows.delete(id);
    none.hidden = shown.length > 0;
    setText(none, log.entries.length === 0 ? 'No request yet.' : 'None of the last requests.');
  };
  return { element, update };
}
