import type { SessionUser } from 'genesys-auth-protocol';
import { parseObject } from '../runtime/parse-object.ts';
import type { UserFacts } from './genesys.ts';

/** A signed-in user with their tokens. All times are milliseconds since the epoch. */
export interface Session {
  readonly user: SessionUser;
  /** OAuth client that the user signed in with. */
  readonly clientId: string;
  readonly homeOrganizationId: string;
  /** The properties that decide the roles of the user. */
  readonly facts: Pick<UserFacts, 'roleIds' | 'groupIds' | 'divisionId'>;
  /** Scopes of the token. An empty list: Genesys Cloud did not report them. */
  readonly scopes: readonly string[];
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly tokenStart: number;
  readonly tokenEnd: number;
  readonly start: number;
  /** When the facts were read. */
  readonly readAt: number;
}

/** When a session ends at the latest. */
export const endOf = (session: Session, absoluteMs: number): number =>
  session.refreshToken === undefined
    ? Math.min(session.start + absoluteMs, session.tokenEnd)
    : session.start + absoluteMs;

/** A session in sealed form. */
export const writeSession = (session: Session): string => JSON.stringify({ format: 2, ...session });

/** Reads a session that a relay sealed; `undefined` if a relay of another version wrote it. */
export function readSession(text: string): Session | undefined {
  const { format, ...session } = parseObject(text) ?? {};
  // A relay of this fleet sealed it, so its form is known.
  return format === 2 ? ({ refreshToken: undefined, ...session } as unknown as Session) : undefined;
}
