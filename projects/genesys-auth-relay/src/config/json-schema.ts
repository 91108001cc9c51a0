import { z } from 'zod';
import { relayConfigSchema } from './schema.ts';

/**
 * The JSON Schema (2020-12) of a configuration as it is written, for editors. It knows keys, types, words and forms; what
 * needs several keys at once (a role that exists, a region that is real) is for `parseRelayConfig`.
 */
export function configJsonSchema(): object {
  return {
    title: 'Configuration of genesys-auth-relay',
    ...z.toJSONSchema(relayConfigSchema, { io: 'input' })
  };
}
