import { randomBytes } from 'node:crypto';
import type { RedisClient } from '../../store/redis-client.ts';
import type { Seal } from '../../store/seal.ts';
import { sha256 } from '../../runtime/sha256.ts';
import { TICKET_SECONDS, type TicketGrant, type Tickets } from '../clients/ticket.ts';

/** ARGV: the grant, its lifetime in milliseconds. */
const KEEP = `return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])`;
/** Reads and deletes in one step, so that no two relays take the same ticket. */
const TAKE = `
local grant = redis.call('GET', KEYS[1])
if grant then redis.call('DEL', KEYS[1]) end
return grant`;

function readGrant(text: string | undefined): TicketGrant | undefined {
  if (text === undefined) return undefined;
  // A relay of this fleet sealed it, so its form is known.
  const { caller, origin } = JSON.parse(text) as TicketGrant;
  return { caller, origin };
}

/**
 * Tickets that every relay of a fleet accepts, because a load balancer may send the WebSocket to another relay. Grants are sealed
 * and stored under the hash of the ticket, so access to the store reveals no ticket and cannot forge a caller.
 *
 * @param local tickets of this instance, used while the store does not answer
 */
export function createSharedTickets(client: RedisClient, seal: Seal, prefix: string, local: Tickets): Tickets {
  const placeOf = (ticket: string) => `${prefix}{ticket:${sha256(ticket)}}`;
  return {
    async issue(grant) {
      const ticket = randomBytes(32).toString('base64url');
      const place = placeOf(ticket);
      try {
        const sealed = seal.seal(place, JSON.stringify(grant));
        await client.evalBuffer(KEEP, [place], [sealed, String(TICKET_SECONDS * 1000)]);
        return ticket;
      } catch {
        return local.issue(grant);
      }
    },
    async redeem(ticket, origin) {
      const here = await local.redeem(ticket, origin);
      if (here !== undefined) return here;
      const place = placeOf(ticket);
      try {
        const sealed = await client.evalBuffer(TAKE, [place], []);
        const grant = Buffer.isBuffer(sealed) ? readGrant(seal.open(place, sealed)) : undefined;
        return grant?.origin === origin ? grant : undefined;
      } catch {
        return undefined;
      }
    }
  };
}
