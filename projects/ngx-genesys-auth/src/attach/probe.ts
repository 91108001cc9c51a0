import { HttpContext, HttpContextToken, type HttpEvent, HttpRequest, HttpResponse } from '@angular/common/http';
import { type Observable, of } from 'rxjs';
import { GenesysAuthConfigError } from '../errors';

const PROBE = /* @__PURE__ */ new HttpContextToken<boolean>(() => false);
const PATH = '/genesys-auth-interceptor-check';

/** A request that shows whether the interceptor is registered: the interceptor answers it, and it never reaches the network. */
export const probeRequest = (apiOrigin: string): HttpRequest<unknown> =>
  new HttpRequest('GET', apiOrigin + PATH, { context: new HttpContext().set(PROBE, true) });

/** Whether a request is a {@link probeRequest}. Its path is compared as well, because an interceptor may replace the context. */
export const isProbe = ({ url, context }: HttpRequest<unknown>): boolean => context.has(PROBE) || url.endsWith(PATH);

/** The response to a {@link probeRequest}. */
export const probeResponse = (): Observable<HttpEvent<unknown>> => of(new HttpResponse({ status: 204 }));

/** Reports to the console that the interceptor is missing. */
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
