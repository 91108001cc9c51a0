import { CLOSE_CODES, NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX, isTicketResponse } from './notifications.ts';

// RFC 9110 section 5.6.2: a subprotocol is a token.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

describe('the notification wire', () => {
  it('has names that may stand in Sec-WebSocket-Protocol', () => {
    expect(NOTIFICATIONS_PROTOCOL).toMatch(TOKEN);
    expect(`${TICKET_PROTOCOL_PREFIX}aZ09_-`).toMatch(TOKEN);
  });

  it('has close codes that an endpoint may send (RFC 6455 section 7.4)', () => {
    const codes = Object.values(CLOSE_CODES);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code === 1001 || (code >= 4000 && code < 5000)).toBe(true);
  });

  it.each([
    [{ ticket: 'aZ09_-', expires_in: 30 }, true],
    [{ ticket: 'aZ09_-', expires_in: 30, more: 1 }, true],
    [{ ticket: '', expires_in: 30 }, false],
    [{ ticket: 'with space', expires_in: 30 }, false],
    [{ ticket: 'a,b', expires_in: 30 }, false],
    [{ ticket: 'abc', expires_in: 0 }, false],
    [{ ticket: 'abc' }, false],
    [null, false],
    ['abc', false]
  ])('reads %j as a ticket: %s', (value, expected) => {
    expect(isTicketResponse(value)).toBe(expected);
  });
});
