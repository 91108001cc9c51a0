import { type JWTVerifyResult, errors, jwtVerify } from 'jose';
import type { JwtIdentityConfig } from '../config/config.ts';
import { RelayProblem } from '../reply/problem.ts';
import { createLru } from '../runtime/lru.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { Caller } from './caller.ts';
import { isOtherToken, pointTo, rolesOf } from './claims.ts';
import { type KeySet, createKeySet } from './key-set.ts';
import { invalidCredentials } from './unauthorized.ts';

/** The signature of a verified token is checked again after this time, so that a withdrawn key takes effect. */
const VERIFIED_MS = 300_000;

/**
 * Maximum length of the header of a JWT, which is parsed before the signature is checked. Identity providers use less than 300
 * characters. A certificate (`x5c`) may not fit, and the relay does not need one.
 */
const MAX_HEADER_LENGTH = 1024;

/** Finds the caller of a JWT. */
export interface Jwts {
  /** The caller of a token that was verified recently. */
  known(token: string): Caller | undefined;
  /** @throws RelayProblem `invalid_credentials`, `identity_unavailable` */
  identify(token: string): Promise<Caller>;
  /** Whether an identity that is still configured with the same settings identified the caller. */
  identified(caller: Caller): boolean;
  close(): Promise<void>;
}

interface Verified {
  readonly caller: Caller;
  /** Seconds since the epoch. */
  readonly notAfter: number;
  /** On the monotonic clock. */
  readonly until: number;
}

interface Source {
  readonly identity: JwtIdentityConfig;
  readonly keys: KeySet;
  /** See {@link Caller}. */
  readonly source: string;
}

/** Whether a bearer token has the three parts of a signed JWT. Their content is checked with the signature. */
export const looksLikeJwt = (token: string): boolean => token.split('.', 4).length === 3;

const SIGN_IN = 'Sign in again and send a fresh token.';

function refusalOf(error: unknown): RelayProblem {
  if (error instanceof RelayProblem) return error;
  if (error instanceof errors.JWTExpired) return invalidCredentials('The token has expired.', SIGN_IN);
  if (error instanceof errors.JWTClaimValidationFailed) {
    const claim = /^[a-zA-Z_]{1,40}$/.test(error.claim) ? error.claim : 'a claim';
    return invalidCredentials(
      `The token is not for this relay: ${claim} ${error.reason === 'missing' ? 'is missing' : 'does not fit'}.`,
      'Send an access token of the configured issuer and audience.'
    );
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return invalidCredentials("The token's algorithm is not allowed.", "Check 'algorithms' of the identity.");
  }
  if (error instanceof errors.JOSEError) {
    return invalidCredentials("The token's signature is not valid.", 'Send an access token of the configured issuer.');
  }
  return invalidCredentials('The token is not valid.', SIGN_IN);
}

/**
 * All issuers in the claims. They only decide whose keys check the signature. The claims are not parsed before that check,
 * because any caller can choose them and parsing costs more than the rest of a refusal.
 */
function issuersIn(token: string): ReadonlySet<unknown> {
  const claims = Buffer.from(token.split('.', 2)[1] ?? '', 'base64url').toString();
  const texts = [...claims.matchAll(/"iss"\s*:\s*("(?:[^"\\]|\\.)*")/g)].map(([, text = '']) => text);
  return new Set(
    texts.map((text) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return undefined;
      }
    })
  );
}

async function verify(token: string, identity: JwtIdentityConfig, keys: KeySet, now: number): Promise<JWTVerifyResult> {
  const options = {
    issuer: identity.issuer,
    audience: identity.audience,
    algorithms: identity.algorithms,
    clockTolerance: identity.toleranceSeconds,
    requiredClaims: ['exp', identity.subjectClaim, ...identity.requiredClaims],
    currentDate: new Date(now)
  };
  try {
    return await jwtVerify(token, keys.find, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    // There are several keys without ids: try each of them.
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, options);
      } catch (inner) {
        if (!(inner instanceof errors.JWSSignatureVerificationFailed)) throw inner;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** Builds the check of JWTs for all identities of this type. The token's issuer decides which one applies. */
export function createJwts(identities: readonly JwtIdentityConfig[], runtime: RelayRuntime): Jwts {
  const { clock } = runtime;
  const sources = identities.map((identity) => ({
    identity,
    keys: createKeySet(identity, runtime),
    source: sha256(JSON.stringify(identity))
  }));
  // Keyed by hash, so that no user's token stays in memory.
  const verified = createLru<Verified>(10_000);

  async function check(token: string, { identity, keys, source }: Source): Promise<Verified> {
    const { payload, protectedHeader } = await verify(token, identity, keys, clock.now());
    if (isOtherToken(protectedHeader.typ, payload, identity.typ)) {
      throw invalidCredentials('The token is not an access token.', 'Send the access token, not the ID token.');
    }
    const subject = payload[identity.subjectClaim];
    if (typeof subject !== 'string' || subject === '') {
      throw invalidCredentials('The token does not name the user.', "Check 'subjectClaim' of the identity.");
    }
    const roles = rolesOf(pointTo(identity.rolesPointer, payload));
    const notAfter = (payload.exp ?? 0) + identity.toleranceSeconds;
    return {
      caller: {
        key: `jwt:${identity.issuer} ${subject}`,
        subject,
        identity: 'jwt',
        roles,
        source,
        notAfter: notAfter * 1000
      },
      notAfter,
      until: clock.monotonic() + VERIFIED_MS
    };
  }

  return {
    known(token) {
      const hash = sha256(token);
      // Without updating its recency: the token that was verified first is also verified again first.
      const before = verified.peek(hash);
      if (before === undefined) return undefined;
      if (clock.monotonic() < before.until && clock.now() / 1000 < before.notAfter) return before.caller;
      verified.delete(hash);
      return undefined;
    },
    async identify(token) {
      if (token.indexOf('.') > MAX_HEADER_LENGTH)
        throw invalidCredentials('The header of the token is longer than 1 kB.', SIGN_IN);
      const issuers = issuersIn(token);
      const candidates = sources.filter(({ identity }) => issuers.has(identity.issuer));
      let refusal: RelayProblem | undefined;
      for (const candidate of candidates) {
        try {
          const result = await check(token, candidate);
          verified.set(sha256(token), result);
          return result.caller;
        } catch (error) {
          // The identity that cannot be checked now may be the right one.
          if (refusal?.code !== 'identity_unavailable') refusal = refusalOf(error);
        }
      }
      throw refusal ?? invalidCredentials('The issuer of the token is not known to this relay.', SIGN_IN);
    },
    identified: ({ source }) => sources.some((one) => one.source === source),
    async close() {
      await Promise.all(sources.map(({ keys }) => keys.close()));
    }
  };
}
