import { HttpContext, HttpContextToken, type HttpEvent, HttpRequest, HttpResponse } from '@angular/common/http';
import { type Observable, of } from 'rxjs';
import { GenesysAuthConfigError } from '../errors';

const CHECK = /* @__PURE__ */ new HttpContextToken<boolean>(() => false);
const PATH = '/genesys-auth-interceptor-check';

/** The request that looks for the interceptor. */
export const checkRequest = (apiOrigin: string): HttpRequest<unknown> =>
  new HttpRequest('GET', apiOrigin + PATH, { context: new HttpContext().set(CHECK, true) });

/** Whether a request is {@link checkRequest}. By its path, too: an interceptor may change contexts. */
export const isCheckRequest = ({ url, context }: HttpRequest<unknown>): boolean =>
  context.has(CHECK) || url.endsWith(PATH);

/** What answers it; it never reaches the network. */
export const checkAnswer = (): Observable<HttpEvent<unknown>> => of(new HttpResponse({ status: 204 }));

/** Says that the interceptor is missing, as loudly as a library may. */
export function reportMissingInterceptor(): void {
  const { message } = new GenesysAuthConfigError([
    {
      key: 'providers',
      message: 'genesysAuthInterceptor is not registered, so requests to the Genesys API go out without a token.',
      fix: 'Write provideHttpClient(withInterceptors([genesysAuthInterceptor])).'
    }
  ]);
  console.error(message);
}
