// Colours meet WCAG AA (4.5:1 for text) on their backgrounds, light and dark.
const colours = `
:host {
  all: initial !important;
  color-scheme: light dark !important;
  --back: light-dark(#ffffff, #10151f);
  --raised: light-dark(#f3f5f9, #182030);
  --line: light-dark(#d7dce6, #2c374b);
  --text: light-dark(#17202e, #e6ebf4);
  --muted: light-dark(#566176, #9aa8bf);
  --accent: light-dark(#1d4fd8, #8fb4ff);
  --good: light-dark(#0b6b3c, #5bd69a);
  --good-back: light-dark(#ddf4e6, #123325);
  --busy: light-dark(#1d4fd8, #8fb4ff);
  --busy-back: light-dark(#e1eaff, #17274a);
  --odd: light-dark(#8a4b00, #ffc266);
  --odd-back: light-dark(#ffefd1, #3a2a0c);
  --bad: light-dark(#b3141f, #ff9097);
  --bad-back: light-dark(#ffe3e4, #43171c);
  --plain: light-dark(#4a5468, #aab6ca);
  --plain-back: light-dark(#e8ebf1, #222c3d);
}
[data-level='good'] { --level: var(--good); --level-back: var(--good-back); }
[data-level='busy'] { --level: var(--busy); --level-back: var(--busy-back); }
[data-level='odd'] { --level: var(--odd); --level-back: var(--odd-back); }
[data-level='bad'] { --level: var(--bad); --level-back: var(--bad-back); }
[data-level='plain'] { --level: var(--plain); --level-back: var(--plain-back); }
`;

const frame = `
* { box-sizing: border-box; margin: 0; padding: 0; font: inherit; color: inherit; }
[hidden] { display: none !important; }
.root { font: 13px/1.45 system-ui, sans-serif; color: var(--text); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.muted { color: var(--muted); }
code, .target, .took, .status { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12px; }
b, strong, h2, h3 { font-weight: 650; }
button { border: 1px solid var(--line); border-radius: 6px; background: var(--back); padding: 3px 9px; cursor: pointer; }
button:hover { border-color: var(--accent); }
button[aria-pressed='true'] { border-color: var(--accent); background: var(--busy-back); color: var(--busy); }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.count { font-variant-numeric: tabular-nums; font-weight: 650; }
.toggle { position: fixed; z-index: 2147483001; display: flex; align-items: center; gap: 8px; padding: 7px 13px; border-radius: 999px;
  background: var(--back); font-weight: 600; font-variant-numeric: tabular-nums; box-shadow: 0 2px 12px rgb(0 0 0 / 0.28); }
.toggle.bottom-right { right: 14px; bottom: 14px; }
.toggle.bottom-left { left: 14px; bottom: 14px; }
.toggle.top-right { right: 14px; top: 14px; }
.toggle.top-left { left: 14px; top: 14px; }
.dot { width: 10px; height: 10px; border-radius: 50%; background: var(--level); }
.badge { border-radius: 999px; padding: 0 7px; background: var(--odd-back); color: var(--odd); }
.panel { position: fixed; z-index: 2147483000; inset: auto 0 0 0; height: min(52vh, 560px); display: flex; flex-direction: column;
  background: var(--back); border-top: 1px solid var(--line); box-shadow: 0 -8px 32px rgb(0 0 0 / 0.25); }
.panel > header { display: flex; align-items: center; gap: 10px; padding: 8px 14px; border-bottom: 1px solid var(--line); background: var(--raised); }
h2 { font-size: 14px; }
.panel > header .keys { margin-left: auto; }
.body { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(250px, 320px) 1fr; }
.side { overflow: auto; padding: 12px; display: flex; flex-direction: column; gap: 12px; background: var(--raised); border-right: 1px solid var(--line); }
@media (max-width: 720px) {
  .panel { height: 75vh; }
  .body { display: block; overflow: auto; }
  .side, .requests { overflow: visible !important; }
  .side { border-right: 0; border-bottom: 1px solid var(--line); }
}
@media (forced-colors: active) { .chip, .badge, .toggle, .panel { border: 1px solid; } }
@media print { .root { display: none; } }
`;

const parts = `
.card { display: flex; flex-direction: column; gap: 8px; padding: 11px 12px; border: 1px solid var(--line); border-radius: 9px; background: var(--back); }
.line { display: flex; align-items: center; gap: 8px; flex-wrap: wrap; }
.line h3 { margin-right: auto; }
h3 { font-size: 13px; }
.chip { display: inline-block; border-radius: 5px; padding: 1px 7px; background: var(--level-back); color: var(--level); font-size: 12px; font-weight: 600; white-space: nowrap; }
.expiry { display: flex; align-items: baseline; gap: 8px; }
.left { font-size: 24px; line-height: 1.1; font-variant-numeric: tabular-nums; }
.scopes { list-style: none; display: flex; flex-direction: column; gap: 2px; }
.scopes li { display: flex; align-items: baseline; gap: 6px; position: relative; }
.scopes .mark { width: 1em; text-align: center; color: var(--muted); font-weight: 700; }
.scopes [data-is='granted'] .mark { color: var(--good); }
.scopes [data-is='not granted'] .mark { color: var(--bad); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 10px; }
dt { color: var(--muted); }
dd { overflow-wrap: anywhere; }
.failure { padding: 8px 10px; border-left: 3px solid var(--bad); background: var(--bad-back); border-radius: 0 6px 6px 0; }
.failure code { color: var(--bad); font-weight: 700; }
.events { list-style: none; display: flex; flex-direction: column; gap: 2px; }
.events li { display: grid; grid-template-columns: max-content 1fr; gap: 8px; }
.events li[data-level='bad'], .events li[data-level='odd'] { color: var(--level); }
.events .muted { font-variant-numeric: tabular-nums; }
.requests { overflow: auto; min-width: 0; }
.bar { position: sticky; top: 0; z-index: 1; display: flex; align-items: center; gap: 8px; padding: 9px 14px; background: var(--back); border-bottom: 1px solid var(--line); }
.bar .quiet { margin-left: auto; }
.none { padding: 18px 14px; color: var(--muted); }
.rows { list-style: none; }
.rows > li { border-bottom: 1px solid var(--line); border-left: 3px solid transparent; }
.rows > li[data-level='odd'], .rows > li[data-level='bad'] { border-left-color: var(--level); }
summary { display: grid; grid-template-columns: 78px minmax(0, 1fr) max-content 64px; gap: 1px 10px; align-items: baseline; padding: 6px 14px 6px 11px; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover { background: var(--raised); }
summary:focus-visible { outline-offset: -2px; }
summary .chip { justify-self: start; }
.target { display: flex; flex-wrap: wrap; gap: 0 8px; overflow-wrap: anywhere; }
.status[data-level='bad'] { color: var(--level); font-weight: 700; }
.took { text-align: right; }
.reason { grid-column: 2 / -1; color: var(--muted); }
[data-level='odd'] .reason, [data-level='bad'] .reason { color: var(--level); }
.advice { grid-column: 2 / -1; }
.advice:empty { display: none; }
details[open] > summary { background: var(--raised); }
details > dl { padding: 6px 14px 11px 102px; }
@media (max-width: 720px) { details > dl { padding-left: 14px; } }
`;

// A function, as a sum of constants would stay in production builds: bundlers take it for work with a side effect.
const stylesheet = (): string => colours + frame + parts;

/** Puts the stylesheet into the shadow root. A constructed one needs no permission by a content security policy. */
export function applyStyles(root: ShadowRoot, document: Document, nonce: string | null): void {
  const Sheet = document.defaultView?.CSSStyleSheet;
  if (Sheet && 'replaceSync' in Sheet.prototype) {
    const sheet = new Sheet();
    sheet.replaceSync(stylesheet());
    root.adoptedStyleSheets = [sheet];
    return;
  }
  const style = document.createElement('style');
  if (nonce !== null) style.nonce = nonce;
  style.textContent = stylesheet();
  root.append(style);
}
