import pino from 'pino';
import { FORM, createLogger } from '../runtime/logger.ts';
import type { RelayLogger } from '../runtime/runtime.ts';
import { type RequestLine, createRequestLines } from './request-lines.ts';

const LINE: RequestLine = {
  requestId: '6b0f7a1e-3c1d-4b62-9b4e-1f1f6c3a2b10',
  traceId: undefined,
  method: 'POST',
  route: '/token',
  operation: undefined,
  status: 200,
  code: undefined,
  identity: 'jwt',
  subject: '0123456789abcdef',
  durationMs: 3
};

/** What is written for these, by the relay's own logger or by one that knows no forms. */
function written(lines: readonly RequestLine[], kind: 'own' | 'other', level: 'info' | 'warn' = 'info') {
  const out: string[] = [];
  const sink = { write: (line: string) => void out.push(line) };
  const other = pino({ level, base: { name: 'genesys-auth-relay' }, timestamp: pino.stdTimeFunctions.isoTime }, sink);
  const log: RelayLogger = kind === 'own' ? createLogger({ log: { level, subject: 'hashed' } }, sink) : other;
  const say = createRequestLines(log);
  for (const line of lines) say(line);
  return out.map((text) => {
    expect(text.endsWith('\n')).toBe(true);
    const { time, ...rest } = JSON.parse(text) as Record<string, unknown>;
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    return rest;
  });
}

describe('the lines about requests', () => {
  it.each<[string, RequestLine]>([
    ['a token', LINE],
    ['a call', { ...LINE, method: 'GET', route: '/api/v2/*', operation: 'GET /api/v2/users/{userId}', status: 204 }],
    ['a call in a trace', { ...LINE, traceId: '0af7651916cd43dd8448eb211c80319c' }],
    ['a refusal', { ...LINE, status: 403, code: 'policy_denied' }],
    ['a stranger', { ...LINE, identity: undefined, subject: undefined }],
    ['a subject that JSON has to escape', { ...LINE, subject: 'a "b" \\ @@durationMs@@ \u{1F600} \u2028' }]
  ])('say of %s what the logger itself would say', (_what, line) => {
    const lines = [line, { ...line, durationMs: 17 }, { ...line, requestId: '6b0f7a1e-3c1d-4b62-9b4e-1f1f6c3a2b11' }];
    const own = written(lines, 'own');
    expect(own).toHaveLength(3);
    expect(own).toEqual(written(lines, 'other'));
    expect(own[1]).toMatchObject({ durationMs: 17, event: 'request', msg: line.code ? 'refused' : 'answered' });
  });

  it('keep apart what differs beside the open texts', () => {
    const lines: RequestLine[] = [
      LINE,
      { ...LINE, status: 201 },
      { ...LINE, method: 'PUT' },
      { ...LINE, identity: 'apiKey' },
      { ...LINE, route: '/session' },
      { ...LINE, operation: '/token', route: '/api/v2/*' },
      LINE
    ];
    expect(written(lines, 'own')).toEqual(written(lines, 'other'));
  });

  it('leave alone what a logger of a host calls by such a name', () => {
    const info = vi.fn();
    const nothing = () => undefined;
    const log = { info, warn: nothing, error: nothing, debug: nothing, form: 'A5' };
    createRequestLines(log)(LINE);
    expect(info).toHaveBeenCalledWith({ event: 'request', ...LINE }, 'answered');
  });

  it('say nothing below the level', () => {
    expect(written([LINE, LINE], 'own', 'warn')).toEqual([]);
    expect(written([{ ...LINE, code: 'policy_denied' }], 'own', 'warn')).toHaveLength(1);
  });

  it('keep a bounded number of forms, and go on beyond it', () => {
    const form = vi.fn(() => () => undefined);
    const nothing = () => undefined;
    const log = { info: nothing, warn: nothing, error: nothing, debug: nothing, [FORM]: form };
    const say = createRequestLines(log);
    for (let status = 0; status < 1000; status += 1) say({ ...LINE, status });
    say({ ...LINE, status: 0 });
    expect(form).toHaveBeenCalledTimes(1000);
    say({ ...LINE, status: 1000 });
    say({ ...LINE, status: 0 });
    expect(form).toHaveBeenCalledTimes(1002);
  });
});
