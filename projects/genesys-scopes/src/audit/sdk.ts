import { type Declarations, calleeName } from './declarations.ts';
import type { ApiUse } from './requests.ts';
import { SDK_METHOD_DATA } from './sdk-methods.data.ts';
import { visit } from './source.ts';
import { ts } from './typescript.ts';

const SDK = /purecloud-platform-client-v2|\bplatformClient\b/;

/** The operation behind each method of the official SDK. */
export function sdkMethods(): ReadonlyMap<string, { readonly method: string; readonly url: string }> {
  const methods = new Map<string, { method: string; url: string }>();
  for (const entry of SDK_METHOD_DATA.methods.split(';')) {
    const [path = '', names = ''] = entry.split(' ');
    for (const pair of names.split(',')) {
      const [method = '', name = ''] = pair.split('=');
      methods.set(name, { method, url: `/api/v2/${path}` });
    }
  }
  return methods;
}

// `getRoutingQueues`: three words and more are hardly anybody else's.
const LONG_NAME = /[A-Z].*[A-Z]/;

/**
 * Finds calls of the official SDK. Its method names are plain words (`getUsers`), so a name alone proves nothing: the
 * object must be one of its API classes, or the file must speak of the SDK (another file, for a long name) and the method
 * not be the project's own.
 */
export function findSdkCalls(files: readonly ts.SourceFile[], declarations: Declarations): readonly ApiUse[] {
  const methods = sdkMethods();
  const uses: ApiUse[] = [];
  const projectSpeaks = files.some((file) => SDK.test(file.text));
  for (const file of files) {
    const speaksOfSdk = SDK.test(file.text);
    visit(file, (node) => {
      if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
      const operation = methods.get(calleeName(node) ?? '');
      if (!operation || declarations.declarationOf(node.expression)) return;
      const className = declarations.classNameOf(node.expression.expression);
      const name = node.expression.name.text;
      const seemsSdk = speaksOfSdk || (projectSpeaks && LONG_NAME.test(name));
      if (className === undefined ? seemsSdk : /\wApi$/.test(className)) {
        uses.push({ ...operation, at: node.expression.name, literals: [], via: 'sdk' });
      }
    });
  }
  return uses;
}
