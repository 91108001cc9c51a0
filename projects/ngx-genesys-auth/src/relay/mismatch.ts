import type { SessionResponse } from 'genesys-auth-protocol';
import type { ResolvedConfig } from '../config';
import { GenesysAuthError } from '../errors';

/** The error for a relay whose tokens are for another region or API than the one this app calls. */
export function regionMismatch(session: SessionResponse, config: ResolvedConfig): GenesysAuthError | undefined {
  if (session.apiOrigin === config.apiOrigin) return undefined;
  return new GenesysAuthError(
    'relay_region_mismatch',
    ngDevMode
      ? `The relay serves ${session.region ? `region ${session.region}` : session.apiOrigin}, this app calls ${config.apiOrigin}.`
      : '',
    {
      ...(ngDevMode && { hint: 'Give the same region in the app and in the relay; the API would refuse every token.' })
    }
  );
}
