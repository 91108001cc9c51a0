import { configurationPart, levelOf, title } from './configuration';
import { el, setAttribute, setText } from './dom';
import { type NamedEvent, eventsPart } from './events';
import { whenPressed } from './keys';
import type { Model } from './model';
import { isOdd, requestsPart } from './requests';
import { applyStyles } from './styles';
import { timeLeft } from './words';

/** Where and how the overlay opens. */
export interface OverlayOptions {
  readonly corner: string;
  readonly shortcut: string | false;
  readonly nonce: string | null;
}

const EVENTS_KEPT = 50;
const REMEMBERED = 'ngx-genesys-auth:devtools';

/**
 * Puts the overlay on the page: a button that tells the state, and a panel that it opens. It lives in a shadow root beside
 * the app, in plain DOM: no component of it is part of the app's change detection, and no style of the app reaches it.
 *
 * @returns takes it off again
 */
export function showOverlay(model: Model, { corner, shortcut, nonce }: OverlayOptions): () => void {
  const { document, log, configurations, outside } = model;
  const window = document.defaultView;
  if (!window) return () => undefined;
  const events: NamedEvent[] = [];

  const dot = el(document, 'span', { class: 'dot', 'aria-hidden': 'true' });
  const time = el(document, 'span');
  const badge = el(document, 'span', { class: 'badge' });
  const label = el(document, 'span', { class: 'hidden' });
  const toggle = el(
    document,
    'button',
    { type: 'button', class: `toggle ${corner}`, 'aria-controls': 'panel' },
    dot,
    el(document, 'span', { text: 'Genesys' }),
    time,
    badge,
    label
  );
  const close = el(document, 'button', { type: 'button', text: 'Close' });
  const keys = shortcut === false ? '' : shortcut;
  const side = el(document, 'div', { class: 'side', tabindex: '0', role: 'region', 'aria-label': 'Tokens' });
  const requests = requestsPart(document, log);
  const happened = eventsPart(document, () => events);
  const cards = configurations.map((view) => configurationPart(document, view));
  const parts = [...cards, happened, requests];
  side.append(...[...cards, happened].map(({ element }) => element));
  const panel = el(
    document,
    'section',
    { class: 'panel', id: 'panel', 'aria-label': 'Genesys auth devtools' },
    el(
      document,
      'header',
      {},
      el(document, 'h2', { text: 'Genesys auth' }),
      el(document, 'span', { class: 'muted keys', text: keys }),
      close
    ),
    el(document, 'div', { class: 'body' }, side, requests.element)
  );
  const host = document.createElement('genesys-devtools');
  const root = host.attachShadow({ mode: 'open' });
  applyStyles(root, document, nonce);
  root.append(el(document, 'div', { class: 'root' }, toggle, panel));

  const update = () => {
    const nowMs = Date.now();
    const levels = configurations.map(levelOf);
    const worst = (['bad', 'odd', 'busy', 'good'] as const).find((level) => levels.includes(level)) ?? 'plain';
    setAttribute(dot, 'data-level', worst);
    const ends = configurations.flatMap((view) => view.expiresAt() ?? []);
    const first = ends.length > 0 ? new Date(Math.min(...ends.map((end) => end.getTime()))) : undefined;
    setText(time, first ? timeLeft(first, nowMs) : '');
    const odd = log.entries.filter(isOdd).length;
    badge.hidden = odd === 0;
    setText(badge, String(odd));
    setText(label, `${odd} problems. Devtools${keys && `, ${keys}`}`);
    setAttribute(toggle, 'aria-expanded', String(!panel.hidden));
    if (!panel.hidden) for (const part of parts) part.update(nowMs);
  };

  let frame: number | undefined;
  const plan = () => {
    frame ??= outside(() =>
      window.requestAnimationFrame(() => {
        frame = undefined;
        update();
      })
    );
  };
  const show = (open: boolean) => {
    panel.hidden = !open;
    toggle.hidden = open && corner.startsWith('bottom');
    remember(window, open);
    update();
  };
  const hide = () => {
    show(false);
    toggle.focus();
  };
  toggle.addEventListener('click', () => {
    show(panel.hidden);
    if (!panel.hidden) close.focus();
  });
  close.addEventListener('click', hide);
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
  });
  const unbind =
    shortcut === false
      ? () => undefined
      : whenPressed(window, shortcut, () => {
          if (panel.hidden) toggle.click();
          else hide();
        });

  const subscriptions = configurations.map((view) =>
    view.events$.subscribe((event) => {
      events.unshift({ event, name: configurations.length > 1 ? title(view) : '' });
      events.sort((one, other) => other.event.at.getTime() - one.event.at.getTime());
      events.length = Math.min(events.length, EVENTS_KEPT);
      plan();
    })
  );
  log.listener = plan;
  const second = window.setInterval(update, 1000);
  document.body.append(host);
  show(isRemembered(window));
  return () => {
    unbind();
    window.clearInterval(second);
    if (frame !== undefined) window.cancelAnimationFrame(frame);
    for (const subscription of subscriptions) subscription.unsubscribe();
    log.listener = () => undefined;
    host.remove();
  };
}

// A page that must not use storage throws; then nothing is remembered.
function remember(window: Window, open: boolean): void {
  try {
    window.sessionStorage.setItem(REMEMBERED, open ? 'open' : 'closed');
  } catch {
    return;
  }
}

function isRemembered(window: Window): boolean {
  try {
    return window.sessionStorage.getItem(REMEMBERED) === 'open';
  } catch {
    return false;
  }
}
