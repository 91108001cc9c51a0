import type { Failure } from '../explain/failure';
import type { Verdict } from '../explain/verdict';

/** One request, as it may be shown: no header, no query, no body, no token. */
export interface RequestEntry {
  readonly id: number;
  readonly at: Date;
  readonly method: string;
  /** Origin of the URL; empty if a configuration took it. */
  readonly origin: string;
  /** Path without query and fragment, masked. */
  readonly path: string;
  verdict: Verdict;
  /** What the request needs, where it says so or the catalogue knows. */
  readonly needs: string | undefined;
  /** How often it was sent. */
  attempts: number;
  /** HTTP status, once there is one. */
  status?: number | undefined;
  durationMs?: number;
  failure?: Failure;
}
