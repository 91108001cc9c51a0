/** The page that explains every error: the anchor is its code. */
export const ERROR_REFERENCE = 'https://github.com/ngx-genesys-auth/ngx-genesys-auth/blob/main/docs/errors.md';
