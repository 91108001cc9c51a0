const source = (name, file) => ({ name: new RegExp(`^${name}$`), file: `projects/${file}` });

/** The workspace's packages for Node, by the name under which they are imported, with the file that is their public surface. */
export const sources = [
  source('genesys-auth-protocol', 'genesys-auth-protocol/src/index.ts'),
  source('genesys-scopes', 'genesys-scopes/src/index.ts'),
  source('genesys-scopes/(catalogue|operations)', 'genesys-scopes/src/$1/index.ts'),
  source('genesys-sandbox', 'genesys-sandbox/src/index.ts'),
  source('genesys-auth-relay', 'genesys-auth-relay/src/index.ts'),
  source('genesys-auth-relay/fastify', 'genesys-auth-relay/src/fastify.ts')
];
