import { formatScopes } from 'genesys-scopes';

/** Scopes in canonical order, without duplicates. */
export const canonical = (scopes: readonly string[]): readonly string[] => {
  const text = formatScopes(scopes);
  return text === '' ? [] : text.split(' ');
};
