/** Output of `--help`. */
export const USAGE = `genesys-auth-relay: keeps the Genesys Cloud client secret; forwards API calls or issues access tokens

Usage:
  genesys-auth-relay init                         ask a few questions, and write relay.yaml and .env.example; without
                                                  questions: --yes --region NAME --client-id ID --scopes LIST
                                                  --identity sign-in|company|development [--mode proxy|token]
                                                  [--issuer URL] [--audience NAME] [--dir FOLDER]
  genesys-auth-relay serve --config relay.yaml    run the relay until SIGTERM or Ctrl-C; SIGHUP reads the file again
  genesys-auth-relay dev [--sandbox] [--config relay.yaml] [--port N] [--env-file .env]
                                                  run the relay behind the dev server of your app, and apply changes of
                                                  the file at once; --sandbox: with a local Genesys Cloud
  genesys-auth-relay check --config relay.yaml    check the configuration and describe it
  genesys-auth-relay doctor --config relay.yaml [--client NAME] [--find-region] [--json]
  genesys-auth-relay doctor --region NAME --client-id ID [--secret-env NAME | --secret-file PATH | --secret-stdin]
                                                  try the client against the server and name problems and fixes
  genesys-auth-relay serve|dev|check|doctor --config relay.yaml [--env-file .env] [--port NUMBER]
                                                  read environment variables from a file; listen on another port.
                                                  A flag replaces the variables PORT, HOST and LOG_LEVEL, and these
                                                  replace the values of the configuration file
  genesys-auth-relay hash-key                     make an API key and the hash for the configuration
  genesys-auth-relay schema                       print the JSON Schema of the configuration, for editors
  genesys-auth-relay --help | --version

After a local installation, begin each command with "npx --no-install".

Exit codes: 0 fine, 1 failed (configuration, port), 2 wrong use of this command; doctor: 10 network,
11 endpoint or region, 12 credentials, 13 OAuth client, 14 scopes, 15 permissions, 16 clock, 17 server, 18 cause unclear
`;
