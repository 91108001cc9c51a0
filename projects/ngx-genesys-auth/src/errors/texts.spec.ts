import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpErrorResponse } from '@angular/common/http';
import { EMPTY, first } from 'rxjs';
import { ERROR_TEXTS, type ErrorText } from './texts';

const noResponse = new HttpErrorResponse({ status: 0 });
let noAnswer: unknown;
EMPTY.pipe(first()).subscribe({ error: (error: unknown) => (noAnswer = error) });
const problem = { code: 'internal_error', status: 500, detail: '' };
const scopes = ['users'];
const granted = ['routing'];
const apiOrigin = 'https://api.mypurecloud.de';

/** Every text of the table, with facts as an example. */
const TEXTS: Readonly<Record<keyof typeof ERROR_TEXTS, readonly ErrorText[]>> = {
  scope_not_configured: [ERROR_TEXTS.scope_not_configured({ scopes, configured: granted })],
  scope_not_granted: [ERROR_TEXTS.scope_not_granted({ scopes, granted }), ERROR_TEXTS.scope_not_granted({ scopes })],
  config_unavailable: [ERROR_TEXTS.config_unavailable()],
  relay_unreachable: [noResponse, noAnswer, undefined].map((cause) => ERROR_TEXTS.relay_unreachable({ cause })),
  relay_timeout: [ERROR_TEXTS.relay_timeout({ timeoutMs: 10_000 }), ERROR_TEXTS.relay_timeout({})],
  relay_unauthenticated: [
    ERROR_TEXTS.relay_unauthenticated({}),
    ERROR_TEXTS.relay_unauthenticated({ hasSession: true })
  ],
  relay_forbidden: [ERROR_TEXTS.relay_forbidden()],
  relay_rate_limited: [ERROR_TEXTS.relay_rate_limited()],
  relay_refused: [ERROR_TEXTS.relay_refused({ cause: new HttpErrorResponse({ status: 404 }) })],
  relay_unavailable: [
    ERROR_TEXTS.relay_unavailable({ cause: new HttpErrorResponse({ status: 500 }), problem }),
    ERROR_TEXTS.relay_unavailable({ cause: new HttpErrorResponse({ status: 502 }) })
  ],
  relay_invalid_response: [ERROR_TEXTS.relay_invalid_response()],
  relay_region_mismatch: [
    ERROR_TEXTS.relay_region_mismatch({
      session: { region: 'mypurecloud.ie', apiOrigin: 'https://api.mypurecloud.ie' },
      config: { apiOrigin }
    })
  ],
  relay_mode_mismatch: [ERROR_TEXTS.relay_mode_mismatch()],
  proxy_mode: [ERROR_TEXTS.proxy_mode()],
  proxy_path_refused: [ERROR_TEXTS.proxy_path_refused({ path: '/api/v2/users/../../x' })],
  api_rate_limited: [
    ERROR_TEXTS.api_rate_limited({ askedMs: 90_000, maxWaitMs: 60_000 }),
    ERROR_TEXTS.api_rate_limited({ askedMs: undefined, maxWaitMs: 60_000 })
  ],
  token_rejected: [ERROR_TEXTS.token_rejected({}), ERROR_TEXTS.token_rejected({ expired: true })],
  signed_out: [ERROR_TEXTS.signed_out()],
  server_no_credential: [
    ERROR_TEXTS.server_no_credential({}),
    ERROR_TEXTS.server_no_credential({ why: 'no visitor' }),
    ERROR_TEXTS.server_no_credential({ why: 'no credential' })
  ],
  sign_in_required: [ERROR_TEXTS.sign_in_required()],
  sign_in_failed: [ERROR_TEXTS.sign_in_failed({ reason: 'unavailable' }), ERROR_TEXTS.sign_in_failed({})],
  sign_in_cancelled: [ERROR_TEXTS.sign_in_cancelled()],
  organization_not_allowed: [ERROR_TEXTS.organization_not_allowed()],
  session_ended: [ERROR_TEXTS.session_ended()],
  session_changed: [ERROR_TEXTS.session_changed()],
  cookies_blocked: [ERROR_TEXTS.cookies_blocked()]
};

const page = readFileSync(join(__dirname, '../../../../docs/errors.md'), 'utf8');

/** The messages that the section of a code quotes. */
const quotedIn = (code: string): string[] => {
  const [, section = ''] = page.split(`\n### \`${code}\`\n`);
  const [own = ''] = section.split('\n##', 1);
  return [...own.matchAll(/^- `(.*)`$/gm)].map(([, message = '']) => message);
};

describe('the text of an error', () => {
  it.each(Object.entries(TEXTS))('%s is quoted by the error reference', (code, texts) => {
    expect(quotedIn(code)).toEqual(texts.map(({ message }) => message));
    for (const { hint } of texts) expect(hint).toMatch(/\.$/);
  });
});
