import { randomBytes } from 'node:crypto';
import type { Caller } from '../../identify/caller.ts';
import type { RelayClock } from '../../runtime/clock.ts';
import { createLru } from '../../runtime/lru.ts';
import { sha256 } from '../../runtime/sha256.ts';

/** Seconds in which a ticket can be used. */
export const TICKET_SECONDS = 30;
/** Maximum number of unused tickets. The oldest is dropped first. */
const MAX_OPEN = 10_000;

/** The caller that a ticket identifies. */
export interface TicketGrant {
  readonly caller: Caller;
  /** `Origin` of the page that requested it. A program sends none. */
  readonly origin: string | undefined;
}

/** Issues tickets, by which a browser that was identified by HTTP is identified when it opens a WebSocket. */
export interface Tickets {
  issue(grant: TicketGrant): Promise<string>;
  /** Redeems a ticket. `undefined` for one that is unknown, already used, expired, or was issued to another origin. */
  redeem(ticket: string, origin: string | undefined): Promise<TicketGrant | undefined>;
}

/** Tickets of one instance, stored by their hash. */
export function createTickets(clock: RelayClock): Tickets {
  const open = createLru<TicketGrant & { readonly until: number }>(MAX_OPEN);
  return {
    issue(grant) {
      const ticket = randomBytes(32).toString('base64url');
      open.set(sha256(ticket), { ...grant, until: clock.monotonic() + TICKET_SECONDS * 1000 });
      return Promise.resolve(ticket);
    },
    redeem(ticket, origin) {
      const hash = sha256(ticket);
      const grant = open.get(hash);
      // Deleted even if the origin differs: a ticket that another origin presents is stolen.
      open.delete(hash);
      const good = grant !== undefined && clock.monotonic() < grant.until && grant.origin === origin;
      return Promise.resolve(good ? { caller: grant.caller, origin: grant.origin } : undefined);
    }
  };
}
