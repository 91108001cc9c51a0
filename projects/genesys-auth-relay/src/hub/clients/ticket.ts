import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../../identify/caller.ts';
import type { RelayClock } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/sha256.ts';

/** Seconds within which a ticket has to be used. */
export const TICKET_SECONDS = 30;
/** Tickets that may be open at a time; the oldest goes first. */
const MAX_OPEN = 10_000;

/** What a ticket stands for. */
export interface TicketGrant {
  readonly caller: Caller;
  /** `Origin` of the page that asked for it; a program sends none. */
  readonly origin: string | undefined;
}

/** Tickets: a browser's way to prove at a WebSocket what it has proved by HTTP. */
export interface Tickets {
  issue(grant: TicketGrant): Promise<string>;
  /** What the ticket stands for, once. `undefined` for one that is unknown, used, too old, or of another origin. */
  redeem(ticket: string, origin: string | undefined): Promise<TicketGrant | undefined>;
}

/** Tickets of one instance, kept by their hash. */
export function createTickets(clock: RelayClock): Tickets {
  const open = new LRUCache<string, TicketGrant & { readonly until: number }>({ max: MAX_OPEN });
  return {
    issue(grant) {
      const ticket = randomBytes(32).toString('base64url');
      open.set(sha256(ticket), { ...grant, until: clock.monotonic() + TICKET_SECONDS * 1000 });
      return Promise.resolve(ticket);
    },
    redeem(ticket, origin) {
      const hash = sha256(ticket);
      const grant = open.get(hash);
      // Used up even when it does not fit: whoever tries it from another origin has stolen it.
      open.delete(hash);
      const good = grant !== undefined && clock.monotonic() < grant.until && grant.origin === origin;
      return Promise.resolve(good ? { caller: grant.caller, origin: grant.origin } : undefined);
    }
  };
}
