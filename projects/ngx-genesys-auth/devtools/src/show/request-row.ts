import type { VerdictKind } from '../explain/verdict';
import type { RequestEntry } from '../watch/entry';
import { el, fill, setAttribute, setText } from './dom';
import { REFERENCE, referenceLink } from './reference-link';
import { clockTime, duration } from './words';

/** One request on the page. */
export interface RequestRow {
  readonly element: HTMLElement;
  readonly update: () => void;
}

const LABELS: Readonly<Record<VerdictKind, string>> = {
  attached: 'token',
  proxied: 'by relay',
  waiting: 'waiting',
  bare: 'no token',
  refused: 'not sent',
  'taken-off': 'taken off',
  cancelled: 'called off'
};

/** A request in two lines: what and how it ended; why. It opens to tell the rest. */
export function requestRow(document: Document, entry: RequestEntry): RequestRow {
  const chip = el(document, 'span', { class: 'chip' });
  const reason = el(document, 'span', { class: 'reason' });
  const advice = el(document, 'span', { class: 'advice' });
  const status = el(document, 'span', { class: 'status' });
  const took = el(document, 'span', { class: 'took muted' });
  const rest = el(document, 'dl');
  const target = el(
    document,
    'span',
    { class: 'target' },
    el(document, 'b', { text: entry.method }),
    el(document, 'span', { class: 'muted', text: entry.origin }),
    el(document, 'span', { text: entry.path })
  );
  const summary = el(document, 'summary', {}, chip, target, status, took, reason, advice);
  const element = el(document, 'li', {}, el(document, 'details', {}, summary, rest));
  return {
    element,
    update() {
      const { verdict, failure } = entry;
      setText(chip, LABELS[verdict.kind]);
      setAttribute(chip, 'data-level', verdict.level);
      setAttribute(element, 'data-level', verdict.level);
      setText(reason, reasonOf(entry));
      setText(advice, adviceOf(entry));
      setText(status, statusOf(entry));
      setAttribute(status, 'data-level', failure ? 'bad' : 'plain');
      setText(took, entry.durationMs === undefined ? '' : duration(entry.durationMs));
      const facts = factsOf(entry);
      fill(rest, JSON.stringify(facts), () =>
        facts.flatMap(([name, value]) => [el(document, 'dt', { text: name }), textOrLink(document, value)])
      );
    }
  };
}

function textOrLink(document: Document, value: string): HTMLElement {
  if (!value.startsWith(REFERENCE)) return el(document, 'dd', { text: value });
  return el(document, 'dd', {}, referenceLink(document, value));
}

/** Why there is no token, where there is none; else why the request failed, if it did. */
function reasonOf({ verdict, failure }: RequestEntry): string {
  if (!failure || (verdict.kind !== 'attached' && verdict.kind !== 'proxied')) return verdict.reason;
  return [failure.code, failure.message].filter(Boolean).join(': ') || verdict.reason;
}

const adviceOf = ({ verdict, failure }: RequestEntry): string => verdict.hint ?? failure?.hint ?? '';

function statusOf({ status, durationMs, verdict, failure }: RequestEntry): string {
  if (status !== undefined) return status === 0 ? 'failed' : String(status);
  if (verdict.kind === 'refused' || verdict.kind === 'cancelled') return '';
  return durationMs === undefined ? '…' : failure ? 'failed' : 'called off';
}

function factsOf(entry: RequestEntry): (readonly [string, string])[] {
  const { at, verdict, needs, attempts, failure } = entry;
  const facts: (readonly [string, string | undefined])[] = [
    ['Rule', verdict.rule],
    ['Why', verdict.reason],
    ['Needs', needs],
    ['Error', failure?.code],
    ['What to do', adviceOf(entry)],
    ['Read', failure?.link],
    ['Answer', failure && verdict.kind !== 'refused' ? failure.message : ''],
    ['Sent', attempts > 1 ? `${attempts} times` : attempts === 1 ? 'once' : 'not'],
    ['At', clockTime(at)]
  ];
  return facts.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}
