import type { Tree } from '@angular-devkit/schematics';
import { type Change, InsertChange } from '@schematics/angular/utility/change';
import { addToRoot, byHand } from './providers';
import { type Symbol, append, callsOf, edit, localName, parse, ts } from './source';
import { type Target, isForServer } from './target';

const HTTP = '@angular/common/http';
const PROVIDE: Symbol = ['provideHttpClient', HTTP];
const WITH: Symbol = ['withInterceptors', HTTP];
const WITH_CLASSES: Symbol = ['withInterceptorsFromDi', HTTP];
const INTERCEPTOR: Symbol = ['genesysAuthInterceptor', 'ngx-genesys-auth'];
const CLASS_INTERCEPTOR: Symbol = ['GenesysAuthHttpInterceptor', 'ngx-genesys-auth'];

/**
 * Puts our interceptor into the app's `HttpClient`, at the end of the list, because interceptors that change URLs come before
 * it. What is configured already stays as it is.
 *
 * @returns what was done, for the user; `undefined` if it was there
 */
export function addInterceptor(tree: Tree, target: Target): string | undefined {
  const files = target.files.filter((file) => !isForServer(file));
  const has = (file: string, symbol: Symbol) => localName(parse(tree, file), symbol) !== undefined;
  if (files.some((file) => has(file, INTERCEPTOR) || has(file, CLASS_INTERCEPTOR))) return undefined;

  const providing = files.filter((file) => callsOf(parse(tree, file), PROVIDE).length > 0);
  const [file] = providing;
  if (file !== undefined) {
    if (providing.length > 1 || callsOf(parse(tree, file), PROVIDE).length > 1) {
      byHand(
        providing.join(', '),
        'provideHttpClient() is called more than once, and which of them is for Genesys Cloud only you know',
        'withInterceptors([genesysAuthInterceptor])'
      );
    }
    extend(tree, file);
    return `${file}: genesysAuthInterceptor in provideHttpClient()`;
  }

  if (files.some((each) => has(each, ['HttpClientModule', HTTP]))) {
    addToRoot(tree, target, {
      field: 'providers',
      text: '{ provide: HTTP_INTERCEPTORS, useClass: GenesysAuthHttpInterceptor, multi: true }',
      imports: [['HTTP_INTERCEPTORS', HTTP], CLASS_INTERCEPTOR]
    });
    return 'GenesysAuthHttpInterceptor, as the application uses HttpClientModule';
  }

  addToRoot(tree, target, {
    field: 'providers',
    text: 'provideHttpClient(withInterceptors([genesysAuthInterceptor]))',
    imports: [PROVIDE, WITH, INTERCEPTOR]
  });
  return 'provideHttpClient() with genesysAuthInterceptor';
}

/** Adds the interceptor to the one call of `provideHttpClient()` in a file. */
function extend(tree: Tree, file: string): void {
  const source = parse(tree, file);
  const [call] = callsOf(source, PROVIDE);
  const [feature] = callsOf(source, WITH).filter((each) => each.parent === call);
  const list = feature?.arguments[0];
  const [classes] = callsOf(source, WITH_CLASSES).filter((each) => each.parent === call);
  const changes: Change[] = [];
  // Several withInterceptors() add up, so a list that is made elsewhere stays what it is.
  const another = `withInterceptors([${INTERCEPTOR[0]}])`;
  if (list && ts.isArrayLiteralExpression(list)) changes.push(append(file, list.elements, INTERCEPTOR[0]));
  // A class interceptor that signs calls of the relay, such as that of MSAL, has to come after ours.
  else if (classes) changes.push(new InsertChange(file, classes.getStart(), `${another}, `));
  else if (call) changes.push(append(file, call.arguments, another));
  edit(tree, file, changes, list ? [INTERCEPTOR, WITH] : [WITH, INTERCEPTOR]);
}
