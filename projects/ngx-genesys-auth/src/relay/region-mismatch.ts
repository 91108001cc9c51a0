import type { SessionResponse } from 'genesys-auth-protocol';
import type { ResolvedConfig } from '../config';
import { type GenesysAuthError, authError } from '../errors';

/** The error of a relay whose tokens are for another region or API than the one that this app calls. */
export function regionMismatch(
  { region, apiOrigin }: SessionResponse,
  config: ResolvedConfig
): GenesysAuthError | undefined {
  if (apiOrigin === config.apiOrigin) return undefined;
  const served = region ? `region ${region}` : apiOrigin;
  return authError('relay_region_mismatch', { served, apiOrigin: config.apiOrigin });
}
