declare const ngDevMode: unknown;

/**
 * Whether this is a development build. Application builds replace `ngDevMode`, so in production this constant is folded and
 * all that stands behind it is dropped: the wording of errors, warnings, checks of what only a developer can mend.
 */
export const devMode: boolean = typeof ngDevMode === 'undefined' || !!ngDevMode;
