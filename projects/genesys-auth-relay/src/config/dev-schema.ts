import { z } from 'zod';
import { pattern, section } from './fields.ts';
import { roleList } from './identity-schema.ts';
import { says } from './says.ts';

/** Who may call when the relay runs for development. */
export const devSchema = section(
  {
    roles: roleList,
    hosts: z
      .array(
        pattern(
          /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/,
          'a host',
          'write the host that the browser shows, for example my-codespace-4200.app.github.dev'
        ),
        {
          error: () =>
            says(
              'is not a list of hosts',
              'list the hosts, besides localhost, at which the browser opens the dev server'
            )
        }
      )
      .default([])
  },
  'define who may call "genesys-auth-relay dev": dev: { roles: [developer] }'
);
