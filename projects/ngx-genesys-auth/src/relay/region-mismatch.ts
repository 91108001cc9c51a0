import type { SessionResponse } from 'genesys-auth-protocol';
import type { ResolvedConfig } from '../config';
import { type GenesysAuthError, authError } from '../errors';

/** The error of a relay whose tokens are for another region or API than the one that this app calls. */
export const regionMismatch = (session: SessionResponse, config: ResolvedConfig): GenesysAuthError | undefined =>
  session.apiOrigin === config.apiOrigin ? undefined : authError('relay_region_mismatch', { session, config });
