import type { ClientConfig } from '../config/config.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { RelayProblem } from '../reply/problem.ts';
import { slotOf } from '../source/cache-key.ts';
import type { TokenSource } from '../source/token-source.ts';
import { UpstreamError } from '../source/upstream-error.ts';
import type { WholeAnswer } from './answer.ts';
import { apiRefused, isAddressRefused } from './api-refusal.ts';
import type { Budget } from './budget.ts';
import type { ApiLimits } from './limits.ts';

/** A token to send with a call. */
export interface SentToken {
  readonly token: string;
  /** Lower-case hex SHA-256 of the token. */
  readonly hash: string;
}

/** Provides the token for a call and enforces the limits of the API for it. */
export interface Sender {
  /** Name in metrics: that of an OAuth client, or `user`. */
  readonly name: string;
  readonly budget: Budget;
  /** @throws RelayProblem `api_budget_spent` while the API wants this operation to wait */
  check(operation: string): void;
  /** Reports that the API answered 429. */
  note(operation: string, answer: WholeAnswer): void;
  token(): Promise<SentToken>;
  /** Reports that the API answered 401. Afterwards `token()` returns another token, if there is one. */
  refused(sent: SentToken, answer: WholeAnswer): Promise<void>;
  /** The problem for the caller if the 401 remains; `undefined`: the caller gets the answer of the API. */
  refusal(sent: SentToken, answer: WholeAnswer): Promise<RelayProblem | undefined>;
}

/** The rights and the token with which a call is sent. */
export interface Acting {
  readonly entitlement: Entitlement;
  /** Sends the user's own token; `undefined`: the token of the OAuth client that the rights name. */
  readonly sender?: Sender;
}

/** What {@link createServiceSenders} works with. */
export interface ServiceParts {
  readonly source: TokenSource;
  readonly limits: ApiLimits;
  /** Takes one verification of a refused token from the caller's budget. */
  readonly mayVerify: (caller: string) => boolean;
}

/** Builds the senders that use the tokens of the relay's own OAuth clients. */
export function createServiceSenders({ source, limits, mayVerify }: ServiceParts) {
  return (client: ClientConfig, caller: string): Sender => {
    const { name, scopes } = client;
    const slot = slotOf(client, caller);
    return {
      name,
      budget: limits.budget(client, slot),
      check: (operation) => {
        limits.check(client, operation);
      },
      note: (operation, answer) => {
        limits.note(client, slot, operation, answer);
      },
      async token() {
        try {
          return await source.get(client, scopes, slot);
        } catch (error) {
          throw error instanceof UpstreamError ? error.problem : error;
        }
      },
      async refused({ hash }, answer) {
        if (isAddressRefused(answer)) return;
        await source.report(client, scopes, hash, () => mayVerify(caller));
      },
      refusal({ hash }, answer) {
        // When the token was replaced, the caller may send its long body again.
        const isLive = source.ready(client, scopes, slot)?.hash === hash;
        return Promise.resolve(isLive || isAddressRefused(answer) ? apiRefused(answer) : undefined);
      }
    };
  };
}
