import type { FastifyInstance } from 'fastify';

/**
 * Serves the authorization server metadata (RFC 8414), in the shape of Genesys' own document but naming only what the
 * sandbox does: client credentials.
 */
export function serveMetadata(
  app: FastifyInstance,
  origin: () => string,
  suffer: (scope: FastifyInstance) => void
): void {
  void app.register((scope, _options, done) => {
    suffer(scope);
    scope.get('/.well-known/oauth-authorization-server', () => ({
      issuer: origin(),
      token_endpoint: `${origin()}/oauth/token`,
      response_types_supported: [],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      service_documentation: 'https://developer.genesys.cloud/authorization'
    }));
    done();
  });
}
