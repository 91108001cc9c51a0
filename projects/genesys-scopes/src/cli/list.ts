import { GENESYS_SCOPE_CATALOGUE } from '../catalogue/index.ts';
import { EXIT, type CliIo, UsageError } from './io.ts';

/** `genesys-scopes list`: the scopes of Genesys Cloud. */
export function list(io: CliIo, area: string | undefined, json: boolean): number {
  const scopes = GENESYS_SCOPE_CATALOGUE.filter((info) => area === undefined || info.area === area);
  if (scopes.length === 0)
    throw new UsageError(
      `Genesys Cloud has no area ${JSON.stringify(area)}. All areas: npx --no-install genesys-scopes list.`
    );
  if (json) io.out(JSON.stringify(scopes, undefined, 2));
  else {
    const width = Math.max(...scopes.map(({ name }) => name.length));
    for (const { name, description } of scopes) io.out(`${name.padEnd(width)}  ${description}`);
  }
  return EXIT.clean;
}
