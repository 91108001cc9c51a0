import type { RelayConfig } from '../config/config.ts';

/** The address of a relay that other machines may reach, in words. Its URL is the one for programs on this machine. */
export const boundTo = ({ listen: { host } }: Pick<RelayConfig, 'listen'>): string =>
  ['127.0.0.1', '::1', 'localhost'].includes(host) ? '' : `bound to ${host}, `;
