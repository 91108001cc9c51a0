/** Why the sandbox did not start, in words that say what to do. */
export function explainFailure(
  error: unknown,
  ports: { readonly loginPort?: number; readonly apiPort?: number }
): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  const port = 'port' in error ? error.port : undefined;
  const option = port === ports.loginPort ? '--login-port' : '--api-port';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${String(port)} is taken. Stop what listens there, or choose another with ${option}.`;
    case 'EACCES':
      return `Port ${String(port)} needs more rights than this process has. Choose one above 1023 with ${option}.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no such address. Choose another with --host.`;
    default:
      return error.message;
  }
}
