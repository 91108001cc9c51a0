import type { GenesysAuthError, GenesysAuthEvent, GenesysAuthStatus } from 'ngx-genesys-auth';
import type { Observable } from 'rxjs';
import type { RequestLog } from '../watch/log';

/** What is known of a configuration once it is loaded. */
export interface KnownConfiguration {
  readonly region: string | undefined;
  readonly apiOrigin: string;
  readonly relayUrl: string;
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
}

/** One configuration, as the overlay shows it. The functions read the state of now. */
export interface ConfigurationView {
  readonly name: string | undefined;
  /** `undefined` while it is being loaded. */
  readonly config: () => KnownConfiguration | undefined;
  readonly status: () => GenesysAuthStatus;
  readonly granted: () => ReadonlySet<string>;
  readonly expiresAt: () => Date | null;
  readonly error: () => GenesysAuthError | null;
  readonly events$: Observable<GenesysAuthEvent>;
  readonly renew: () => void;
  readonly clear: () => void;
}

/** All that the overlay shows. */
export interface Model {
  readonly document: Document;
  readonly configurations: readonly ConfigurationView[];
  readonly log: RequestLog;
  /** Runs something outside of Angular's zone: news come in the zone of the app, which must neither wait nor check for them. */
  readonly outside: <T>(run: () => T) => T;
}

/** A part of the overlay: what is put on the page, and how it follows the model. */
export interface Part {
  readonly element: HTMLElement;
  /** @param nowMs the time of day, as `Date.now()` gives it */
  readonly update: (nowMs: number) => void;
}
