import type { OperationFacts } from './facts.ts';

/** The columns of an operation table, tab-separated, in this order; the first line names them. */
export const TABLE_COLUMNS = ['method', 'path', 'scopes_any_of', 'permissions_rule', 'permissions', 'deprecated'];

const list = (cell: string): string[] => (cell === '' ? [] : cell.split(','));

/**
 * Reads an operation table: tab-separated lines of {@link TABLE_COLUMNS}. Lists are separated by commas; a scope cell
 * that starts with `!` names what the operation takes instead of an OAuth token (`!none`: nothing at all).
 *
 * @throws Error naming the line that does not have the form
 */
export function parseTable(text: string): OperationFacts[] {
  const [head = '', ...lines] = text.trimEnd().split(/\r?\n/);
  if (head !== TABLE_COLUMNS.join('\t')) throw new Error(`The first line must be: ${TABLE_COLUMNS.join(' <tab> ')}`);
  return lines.map((line, index) => {
    const [method = '', path = '', scopes = '', rule = '', permissions = '', deprecated = '', ...rest] =
      line.split('\t');
    if (!/^[A-Z]+$/.test(method) || !path.startsWith('/') || !['', 'ANY', 'ALL'].includes(rule) || rest.length > 0) {
      throw new Error(`Line ${index + 2} is not an operation: ${JSON.stringify(line.slice(0, 100))}`);
    }
    return {
      method,
      path,
      ...(scopes.startsWith('!') ? { scopes: [], otherAuth: scopes.slice(1) } : { scopes: list(scopes) }),
      ...(rule === 'ANY' || rule === 'ALL' ? { permissionRule: rule } : {}),
      permissions: list(permissions),
      deprecated: deprecated === '1'
    };
  });
}
