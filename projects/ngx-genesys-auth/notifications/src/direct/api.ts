import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { inject } from '@angular/core';
import { type Observable, map, timeout } from 'rxjs';
import { GenesysAuthError, ɵGENESYS_AUTH_CORE as GENESYS_AUTH_CORE } from 'ngx-genesys-auth';
import { GenesysNotificationError } from '../error';
import { askedSeconds } from '../retry-after';
import { isObject } from '../socket';

/** A channel of Genesys Cloud. */
export interface Channel {
  readonly id: string;
  readonly connectUri: string;
}

/** A topic that Genesys Cloud refused. */
export interface Refusal {
  readonly topic: string;
  readonly reason: string;
  readonly missingPermissions: readonly string[];
}

const TIMEOUT_MS = 15_000;

/** The notification API, through `HttpClient`: the interceptor attaches the token. */
export class ChannelApi {
  readonly #http = inject(HttpClient);
  readonly #url = `${inject(GENESYS_AUTH_CORE).config.apiOrigin}/api/v2/notifications/channels`;

  create(): Observable<Channel> {
    return this.#http.post<unknown>(this.#url, null).pipe(timeout(TIMEOUT_MS), map(readChannel));
  }

  /** Writes the subscriptions of a channel: in place of those it has (`PUT`), or beside them (`POST`). */
  subscribe(method: 'PUT' | 'POST', channel: Channel, topics: readonly string[]): Observable<readonly Refusal[]> {
    const url = `${this.#url}/${encodeURIComponent(channel.id)}/subscriptions?ignoreErrors=true`;
    const body = topics.map((id) => ({ id }));
    return this.#http.request<unknown>(method, url, { body }).pipe(timeout(TIMEOUT_MS), map(readRefusals));
  }
}

/** What a failed call means for the connection. */
export function channelError(cause: unknown): GenesysNotificationError {
  const status = cause instanceof HttpErrorResponse ? cause.status : undefined;
  const known = cause instanceof GenesysAuthError ? cause : undefined;
  const refused = status !== undefined && status >= 400 && status < 500 && ![401, 408, 429].includes(status);
  return new GenesysNotificationError('channel_refused', 'The notification channel could not be set up.', {
    hint: known?.hint ?? 'It is tried again by itself; the cause says what the API answered.',
    cause,
    retryAfterSeconds: askedSeconds(cause),
    permanent: refused || (known !== undefined && /^(scope|permission|config|server)_/.test(known.code))
  });
}

/** The status of an error answer, wherever it is. */
export function statusOf(error: unknown): number | undefined {
  const response = error instanceof GenesysAuthError ? error.cause : error;
  return response instanceof HttpErrorResponse ? response.status : undefined;
}

function readChannel(answer: unknown): Channel {
  if (isObject(answer) && typeof answer['id'] === 'string' && typeof answer['connectUri'] === 'string')
    return { id: answer['id'], connectUri: answer['connectUri'] };
  throw new TypeError('The answer does not describe a channel.');
}

function readRefusals(answer: unknown): readonly Refusal[] {
  const entities: unknown = isObject(answer) ? answer['entities'] : undefined;
  if (!Array.isArray(entities)) return [];
  return entities.filter(isObject).flatMap((entity) => {
    const { id, state, rejectionReason, missingPermissions } = entity;
    if (typeof id !== 'string' || state !== 'Rejected') return [];
    const missing: readonly unknown[] = Array.isArray(missingPermissions) ? missingPermissions : [];
    return {
      topic: id,
      reason: typeof rejectionReason === 'string' ? rejectionReason : 'rejected',
      missingPermissions: missing.filter((permission) => typeof permission === 'string')
    };
  });
}
