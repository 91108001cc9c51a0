import type { RelayConfig } from '../config/config.ts';

type Limits = Pick<RelayConfig, 'mode' | 'proxy'> & { readonly genesys: Pick<RelayConfig['genesys'], 'timeoutMs'> };

/** How long a relay may take to begin an answer, in milliseconds: for a token, for the call's turn, and for the API. */
export const patienceOf = ({ mode, genesys, proxy }: Limits): number =>
  1000 + genesys.timeoutMs + (mode === 'proxy' ? proxy.queueWaitMs + proxy.timeoutMs : 0);
