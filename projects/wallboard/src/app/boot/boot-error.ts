import { record, text } from '../api/json';

/** Says in the page why the board did not start. Angular is not running, so this is plain DOM, and text only. */
export function showBootError(error: unknown, document: Document): void {
  const message = error instanceof Error ? error.message : 'Something unexpected happened.';
  const hint = text(record(error)['hint']) ?? 'Reload the page; if this stays, look into the browser console.';
  const main = document.createElement('main');
  main.className = 'boot';
  main.setAttribute('role', 'alert');
  main.append(
    line(document, 'h1', 'The wallboard could not start'),
    line(document, 'p', message),
    line(document, 'p', hint),
    retry(document)
  );
  document.querySelector('wb-root')?.replaceChildren(main);
  console.error(error);
}

function line(document: Document, tag: 'h1' | 'p', content: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}

function retry(document: Document): HTMLElement {
  const link = document.createElement('a');
  link.href = '';
  link.textContent = 'Try again';
  return link;
}
