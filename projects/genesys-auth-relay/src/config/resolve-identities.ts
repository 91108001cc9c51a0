import type { IdentityConfig } from './config.ts';
import type { ParsedConfig } from './schema.ts';
import { type Findings, NEW_KEY, type Surroundings, readReference } from './secrets.ts';
import { Secret } from './secret.ts';

/** A shorter proof can be guessed. */
const LEAST_PROOF_LENGTH = 24;

/** Reads the secrets of the identities: the proofs of the proxies. */
export function resolveIdentities(
  identities: ParsedConfig['identities'],
  around: Surroundings,
  found: Findings
): readonly IdentityConfig[] {
  return identities.map((identity, index) => {
    if (identity.type !== 'proxyHeader') return identity;
    const { header, secret } = identity.proof;
    const secrets = [secret].flat().flatMap((reference) => {
      const key = `identities[${index}].proof.secret`;
      const value = readReference(reference, key, around, found);
      if (value !== undefined && value.length < LEAST_PROOF_LENGTH) {
        found.issues.push({
          key,
          message: `the value is shorter than ${LEAST_PROOF_LENGTH} characters`,
          fix: `make a random one: ${NEW_KEY}`
        });
      }
      return value === undefined ? [] : [new Secret(value)];
    });
    return { ...identity, proof: { header, secrets } };
  });
}
