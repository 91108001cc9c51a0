import type { RelayConfig } from '../config/config.ts';

type Limits = Pick<RelayConfig, 'mode' | 'proxy'> & { readonly genesys: Pick<RelayConfig['genesys'], 'timeoutMs'> };

/**
 * Longest time until an answer begins, in milliseconds. In proxy mode a call may wait for a token, then for its turn in the budget of
 * API requests, and then for the API.
 */
export const answerTimeoutOf = ({ mode, genesys, proxy }: Limits): number =>
  1000 + genesys.timeoutMs + (mode === 'proxy' ? proxy.queueWaitMs + proxy.timeoutMs : 0);
