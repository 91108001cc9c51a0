import type { FastifyInstance } from 'fastify';

/**
 * Serves the authorization server metadata (RFC 8414), in the shape of Genesys' own document but naming only the grants
 * that the sandbox imitates.
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
      authorization_endpoint: `${origin()}/oauth/authorize`,
      token_endpoint: `${origin()}/oauth/token`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      service_documentation: 'https://developer.genesys.cloud/authorization'
    }));
    done();
  });
}
