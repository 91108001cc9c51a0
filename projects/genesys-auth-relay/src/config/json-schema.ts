import { z } from 'zod';
import { relayConfigSchema } from './schema.ts';

/** A value with `${NAME}`, which is replaced before the value is checked: see interpolate.ts. */
const REFERENCE = { type: 'string', pattern: String.raw`\$\{[A-Za-z_]\w*\}` } as const;

/** Accepts `${NAME}` in place of a number, a boolean, a word or a text with a pattern. */
function acceptReference(schema: z.core.JSONSchema.BaseSchema): void {
  const isLimited =
    schema.type === 'integer' || schema.type === 'boolean' || schema.enum !== undefined || schema.pattern !== undefined;
  if (!isLimited) return;
  const own: z.core.JSONSchema.BaseSchema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description' || key === 'default') continue;
    own[key] = value;
    Reflect.deleteProperty(schema, key);
  }
  schema.anyOf = [own, REFERENCE];
}

/**
 * The JSON Schema (2020-12) of a written configuration, for editors. It checks keys, types, words and patterns. `parseRelayConfig`
 * checks relations between keys, such as whether a role exists.
 */
export function configJsonSchema(): object {
  return {
    title: 'Configuration of genesys-auth-relay',
    description: 'A value without a secret may contain ${NAME}, which is replaced by the environment variable NAME.',
    ...z.toJSONSchema(relayConfigSchema, {
      io: 'input',
      override: ({ jsonSchema }) => {
        acceptReference(jsonSchema);
      }
    })
  };
}
