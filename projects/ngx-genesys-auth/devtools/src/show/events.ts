import type { GenesysAuthEvent } from 'ngx-genesys-auth';
import { el, fill } from './dom';
import type { Part } from './model';
import { clockTime } from './words';

/** An event, with the name of the configuration if there are several. */
export interface NamedEvent {
  readonly event: GenesysAuthEvent;
  readonly name: string;
}

const REASONS: Readonly<Record<string, string>> = {
  needed: 'a request needed a token',
  ahead: 'its end is near',
  rejected: 'the API rejected it',
  asked: 'renew() was called'
};

/** What happened to the tokens, the newest first. */
export function eventsPart(document: Document, events: () => readonly NamedEvent[]): Part {
  const list = el(document, 'ol', { class: 'events' });
  const element = el(
    document,
    'section',
    { class: 'card', 'aria-label': 'Events' },
    el(document, 'h3', { text: 'Events' }),
    list
  );
  return {
    element,
    update() {
      const lines = events().map(
        ({ event, name }) => [clockTime(event.at), name, wordsOf(event), levelOf(event)] as const
      );
      fill(list, JSON.stringify(lines), () =>
        lines.map(([time, name, words, level]) =>
          el(
            document,
            'li',
            { 'data-level': level },
            el(document, 'span', { class: 'muted', text: time }),
            el(document, 'span', { text: [name, words].filter(Boolean).join(': ') })
          )
        )
      );
    }
  };
}

function wordsOf(event: GenesysAuthEvent): string {
  switch (event.type) {
    case 'renewing':
      return `relay asked: ${REASONS[event.reason] ?? event.reason}`;
    case 'ready':
      return `token until ${clockTime(event.expiresAt)}`;
    case 'failed':
    case 'warning':
      return `${event.type}: ${event.error.code}`;
    case 'cleared':
      return 'token forgotten';
  }
}

const levelOf = ({ type }: GenesysAuthEvent): string =>
  type === 'failed' ? 'bad' : type === 'warning' ? 'odd' : type === 'ready' ? 'good' : 'plain';
