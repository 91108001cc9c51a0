import type { GenesysAuthStatus } from 'ngx-genesys-auth';
import { isCovered } from 'genesys-scopes';
import { readFailure } from '../explain/failure';
import { el, fill, setAttribute, setText } from './dom';
import type { ConfigurationView, KnownConfiguration, Part } from './model';
import { referenceLink } from './reference-link';
import { clockTime, timeLeft } from './words';

const STATUS: Readonly<Record<GenesysAuthStatus, string>> = {
  unknown: 'no token needed yet',
  renewing: 'asking the relay',
  ready: 'token is live',
  failed: 'no token',
  'signed-out': 'signed out'
};

/** One configuration: its state, how long the token lives, its scopes, the last error. */
export function configurationPart(document: Document, view: ConfigurationView): Part {
  const chip = el(document, 'span', { class: 'chip' });
  const left = el(document, 'strong', { class: 'left' });
  const until = el(document, 'span', { class: 'muted' });
  const failure = el(document, 'div');
  const scopes = el(document, 'ul', { class: 'scopes', 'aria-label': 'Scopes' });
  const renew = el(document, 'button', { type: 'button', text: 'Renew now' });
  const forget = el(document, 'button', { type: 'button', text: 'Forget token' });
  renew.addEventListener('click', view.renew);
  forget.addEventListener('click', view.clear);
  const heading = el(document, 'h3');
  const facts = el(document, 'dl');
  const element = el(
    document,
    'section',
    { class: 'card' },
    el(document, 'div', { class: 'line' }, heading, chip),
    el(document, 'p', { class: 'expiry' }, left, until),
    failure,
    scopes,
    facts,
    el(document, 'div', { class: 'line' }, renew, forget)
  );
  return {
    element,
    update(nowMs) {
      const config = view.config();
      const status = view.status();
      setText(heading, title(view));
      setAttribute(element, 'aria-label', title(view));
      setText(chip, config || status === 'failed' ? STATUS[status] : 'being loaded');
      setAttribute(chip, 'data-level', levelOf(view));
      const expiresAt = view.expiresAt();
      const over = expiresAt !== null && expiresAt.getTime() <= nowMs;
      setText(left, expiresAt === null ? '–:––' : timeLeft(expiresAt, nowMs));
      setText(
        until,
        expiresAt === null ? 'no token' : over ? 'over; the next request renews' : `left, until ${clockTime(expiresAt)}`
      );
      showScopes(document, scopes, config, view.granted());
      showFacts(document, facts, config);
      showFailure(document, failure, view);
    }
  };
}

/** How a configuration is called: by its name, else by its region or origin. */
export function title({ name, config }: ConfigurationView): string {
  const known = config();
  return name ?? known?.region ?? known?.apiOrigin ?? 'Configuration';
}

/** How much the state of a configuration wants the developer's eye. */
export function levelOf(view: ConfigurationView): 'good' | 'busy' | 'odd' | 'bad' | 'plain' {
  const status = view.status();
  if (status === 'ready') return view.error() ? 'odd' : 'good';
  return status === 'failed' ? 'bad' : status === 'renewing' ? 'busy' : 'plain';
}

function showFacts(document: Document, list: HTMLElement, config: KnownConfiguration | undefined): void {
  const term = (text: string) => el(document, 'dt', { text });
  const value = (text: string) => el(document, 'dd', { text });
  fill(list, config ? config.apiOrigin : '', () =>
    config ? [term('API'), value(config.apiOrigin), term('Relay'), value(config.relayUrl)] : []
  );
}

function showScopes(
  document: Document,
  list: HTMLElement,
  config: KnownConfiguration | undefined,
  granted: ReadonlySet<string>
): void {
  const own = [
    ...(config?.scopes.map((scope) => ({ scope, optional: false })) ?? []),
    ...(config?.optionalScopes.map((scope) => ({ scope, optional: true })) ?? [])
  ];
  // The relay may grant more than was asked for.
  const extra = [...granted].filter((scope) => !own.some((one) => one.scope === scope));
  fill(list, JSON.stringify([own, [...granted]]), () => [
    ...own.map(({ scope, optional }) => {
      const is = granted.size === 0 ? 'not asked yet' : isCovered(scope, granted) ? 'granted' : 'not granted';
      return scopeItem(document, scope, is, optional ? 'optional' : '');
    }),
    ...extra.map((scope) => scopeItem(document, scope, 'granted', 'not asked for'))
  ]);
}

const MARKS: Readonly<Record<string, string>> = { granted: '✓', 'not granted': '✗', 'not asked yet': '·' };

function scopeItem(document: Document, scope: string, is: string, note: string): HTMLElement {
  return el(
    document,
    'li',
    { 'data-is': is, title: [is, note].filter(Boolean).join(', ') },
    el(document, 'span', { class: 'mark', 'aria-hidden': 'true', text: MARKS[is] ?? '' }),
    el(document, 'code', { text: scope }),
    el(document, 'span', { class: 'hidden', text: ` ${is}` }),
    ...(note === '' ? [] : [el(document, 'span', { class: 'muted', text: note })])
  );
}

function showFailure(document: Document, box: HTMLElement, view: ConfigurationView): void {
  const error = view.error();
  const failure = error && readFailure(error);
  fill(box, JSON.stringify(failure), () =>
    failure
      ? [
          el(
            document,
            'div',
            { class: 'failure' },
            el(document, 'code', { text: failure.code ?? '' }),
            el(document, 'p', { text: failure.message }),
            el(document, 'p', { class: 'hint', text: failure.hint ?? '' }),
            ...(failure.link === undefined ? [] : [referenceLink(document, failure.link)])
          )
        ]
      : []
  );
}
