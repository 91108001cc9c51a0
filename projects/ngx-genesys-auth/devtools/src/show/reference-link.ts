import { ɵERROR_REFERENCE as ERROR_REFERENCE } from 'ngx-genesys-auth';
import { el } from './dom';

/** What every link to the error reference begins with. */
export const REFERENCE = `${ERROR_REFERENCE}#`;

/** A link to a section of the error reference, which opens beside the app. */
export const referenceLink = (document: Document, link: string): HTMLElement =>
  el(document, 'a', {
    href: link,
    target: '_blank',
    rel: 'noopener',
    text: `errors.md${link.slice(REFERENCE.length - 1)}`
  });
