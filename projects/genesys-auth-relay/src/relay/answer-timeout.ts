import type { RelayConfig } from '../config/config.ts';

type Limits = Pick<RelayConfig, 'mode' | 'proxy'> & { readonly genesys: Pick<RelayConfig['genesys'], 'timeoutMs'> };

/** Longest time until an answer begins, in milliseconds: for a token, for the call's turn in the budget, and for the API. */
export const answerTimeoutOf = ({ mode, genesys, proxy }: Limits): number =>
  1000 + genesys.timeoutMs + (mode === 'proxy' ? proxy.queueWaitMs + proxy.timeoutMs : 0);
