import { createHash } from 'node:crypto';

/** HTML that needs no more escaping. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Builds HTML. Every value is escaped, for text and for quoted attributes; only other {@link Html} stays as it is. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  const written = values.map((value) => {
    if (typeof value === 'string') return escape(value);
    return value instanceof Html ? value.text : value.map(({ text }) => text).join('');
  });
  return new Html(parts.map((part, index) => part + (written[index] ?? '')).join(''));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const STYLE = `
:root { color-scheme: light dark; --text: #1b2330; --muted: #4a5568; --page: #eef1f5; --card: #fff; --line: #6b7688;
  --action: #0b5cad; --on-action: #fff; --error: #a3161d; }
@media (prefers-color-scheme: dark) { :root { --text: #e8ecf2; --muted: #b4becd; --page: #12161d; --card: #1c222c;
  --line: #8591a5; --action: #8cc1ff; --on-action: #0d1a2b; --error: #ff9d9d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page);
  color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 26rem; padding: 1.5rem; background: var(--card); border-radius: .5rem; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
p { margin: .5rem 0 0; }
.muted { color: var(--muted); font-size: .9rem; }
.error { margin-top: 1rem; padding: .5rem .75rem; border-left: .25rem solid var(--error); color: var(--error); }
label { display: block; margin-top: 1rem; font-weight: 600; }
input { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .25rem;
  background: var(--card); color: var(--text); font: inherit; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button { flex: 1 1 8rem; min-height: 2.75rem; padding: .5rem 1rem; border: 1px solid var(--action); border-radius: .25rem;
  background: var(--card); color: var(--action); font: inherit; font-weight: 600; cursor: pointer; }
button[value=sign-in] { background: var(--action); color: var(--on-action); }
:focus-visible { outline: .1875rem solid var(--action); outline-offset: .125rem; }
`;

/** A whole page. */
export function page(title: string, main: Html): string {
  const { text } = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title} - Genesys Cloud sandbox</title>
      <style>
        ${new Html(STYLE)}
      </style>
    </head>
    <body>
      <main>${main}</main>
    </body>
  </html>`;
  return `<!doctype html>\n${text}\n`;
}

const [, styleElement = ''] = /<style>(.*)<\/style>/s.exec(page('', new Html(''))) ?? [];

/**
 * Headers of every page. No `form-action`: Chromium applies it to the redirects that follow the form as well, and they lead
 * to the client. No `no-referrer`: the form would then be sent with `Origin: null`.
 */
export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(styleElement).digest('base64')}'`,
    "base-uri 'none'",
    "frame-ancestors 'none'"
  ].join('; '),
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin'
} as const;
