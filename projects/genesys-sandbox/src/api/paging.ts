import { GenesysError } from '../http/errors.ts';

/** A page of a listing, with the URIs Genesys puts beside it: relative, and only where there is such a page. */
export interface EntityListing<T> {
  readonly entities: readonly T[];
  readonly pageSize: number;
  readonly pageNumber: number;
  readonly total: number;
  readonly firstUri: string;
  readonly selfUri: string;
  readonly nextUri?: string;
  readonly previousUri?: string;
  readonly lastUri: string;
  readonly pageCount: number;
}

const DEFAULT_PAGE_SIZE = 25;
const MAX_PAGE_SIZE = 500;

/** Cuts the page that the query asks for out of `all`. `path` is the listing's own, without query. */
export function listing<T>(all: readonly T[], path: string, query: URLSearchParams): EntityListing<T> {
  const pageSize = wholeNumber(query, 'pageSize', DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const pageNumber = wholeNumber(query, 'pageNumber', 1, Number.MAX_SAFE_INTEGER);
  const pageCount = Math.ceil(all.length / pageSize);
  const first = (pageNumber - 1) * pageSize;
  const uri = (page: number): string => {
    const parameters = new URLSearchParams(query);
    parameters.set('pageSize', String(pageSize));
    parameters.set('pageNumber', String(page));
    return `${path}?${parameters.toString()}`;
  };
  return {
    entities: all.slice(first, first + pageSize),
    pageSize,
    pageNumber,
    total: all.length,
    firstUri: uri(1),
    selfUri: uri(pageNumber),
    ...(pageNumber < pageCount ? { nextUri: uri(pageNumber + 1) } : {}),
    ...(pageNumber > 1 && pageNumber <= pageCount ? { previousUri: uri(pageNumber - 1) } : {}),
    lastUri: uri(Math.max(1, pageCount)),
    pageCount
  };
}

function wholeNumber(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name);
  if (text === null || text === '') return fallback;
  const value = Number(text);
  if (!/^-?\d+$/.test(text)) throw GenesysError.invalidParameter(text, name, 'whole numbers');
  if (value >= 1 && value <= max) return value;
  if (name === 'pageNumber') throw new GenesysError(400, 'invalid.page.number', 'Invalid page number specified.');
  throw GenesysError.invalidParameter(text, name, `1 to ${max}`);
}
