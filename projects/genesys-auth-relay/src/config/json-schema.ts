import { z } from 'zod';
import { relayConfigSchema } from './schema.ts';

/**
 * The JSON Schema (2020-12) of a written configuration, for editors. It checks keys, types, words and patterns. `parseRelayConfig`
 * checks relations between keys, such as whether a role exists.
 */
export function configJsonSchema(): object {
  return {
    title: 'Configuration of genesys-auth-relay',
    ...z.toJSONSchema(relayConfigSchema, { io: 'input' })
  };
}
