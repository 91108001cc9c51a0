/** What Genesys sends with every answer, besides the correlation id. */
export const COMMON_HEADERS = {
  'Strict-Transport-Security': 'max-age=600; includeSubDomains',
  'Cache-Control': 'no-cache, no-store, must-revalidate',
  Pragma: 'no-cache',
  Expires: '0'
} as const;
