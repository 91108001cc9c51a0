/** What `--help` prints. */
export const USAGE = `genesys-auth-relay: keeps the Genesys Cloud client secret and hands out scoped access tokens

Usage:
  genesys-auth-relay serve --config relay.yaml    run the relay until SIGTERM or Ctrl-C
  genesys-auth-relay check --config relay.yaml    check the configuration and print what it means
  genesys-auth-relay hash-key                     make an API key and the hash for the configuration
  genesys-auth-relay --help | --version

Exit codes: 0 fine, 1 failed (configuration, port), 2 wrong use of this command
`;
