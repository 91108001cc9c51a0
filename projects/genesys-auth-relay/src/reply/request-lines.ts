import { FORM, type FormingLogger, type LineForm } from '../runtime/logger.ts';
import type { RelayLogger } from '../runtime/runtime.ts';

/** What the log says of a request. What is `undefined` is left out. */
export interface RequestLine {
  readonly requestId: string;
  readonly traceId: string | undefined;
  readonly method: string;
  readonly route: string;
  readonly operation: string | undefined;
  readonly status: number;
  readonly code: string | undefined;
  readonly identity: string | undefined;
  readonly subject: string | undefined;
  readonly durationMs: number;
}

/** A form, and the lines it is for. */
type Form = Pick<RequestLine, 'method' | 'route' | 'status' | 'identity'> & { readonly write: LineForm };

/** Forms that are kept; there is one for each operation, status, method and kind of identity that comes up. */
const MOST_FORMS = 1000;
const OPEN = ['requestId', 'subject', 'durationMs'] as const;

/** The relay's own logger knows forms; that of a host is given the fields each time. */
const isForming = (log: RelayLogger): log is RelayLogger & FormingLogger => FORM in log;

/** Says how requests ended; the usual lines, of which there are many, by a form where the logger knows forms. */
export function createRequestLines(log: RelayLogger): (line: RequestLine) => void {
  const formOf = isForming(log) ? createForms(log) : undefined;
  return (line) => {
    const { requestId, traceId, code, subject, durationMs } = line;
    if (code !== undefined) log.warn({ event: 'request', ...line }, 'refused');
    else if (formOf === undefined || traceId !== undefined || subject === undefined)
      log.info({ event: 'request', ...line }, 'answered');
    else formOf(line)([`"${requestId}"`, JSON.stringify(subject), `${durationMs}`]);
  };
}

/** Finds the form of a line, or makes it. */
function createForms(log: FormingLogger): (line: RequestLine) => LineForm {
  const forms = new Map<string, Form[]>();
  let count = 0;
  return ({ method, route, operation, status, identity }) => {
    const place = operation ?? route;
    for (const form of forms.get(place) ?? []) {
      const isSame = form.status === status && form.method === method && form.identity === identity;
      if (isSame && form.route === route) return form.write;
    }
    const write = log[FORM]({ event: 'request', method, route, operation, status, identity }, OPEN, 'answered');
    if (count >= MOST_FORMS) {
      forms.clear();
      count = 0;
    }
    count += 1;
    forms.set(place, [...(forms.get(place) ?? []), { method, route, status, identity, write }]);
    return write;
  };
}
