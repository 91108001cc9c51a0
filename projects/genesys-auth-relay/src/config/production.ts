/** Whether `NODE_ENV` says that this is production. Other spellings count, too: an identity for development must not run there. */
export const isProduction = ({ NODE_ENV = '' }: NodeJS.ProcessEnv): boolean =>
  ['production', 'prod'].includes(NODE_ENV.trim().toLowerCase());
