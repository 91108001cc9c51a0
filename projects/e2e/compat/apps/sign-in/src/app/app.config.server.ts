import { ApplicationConfig, mergeApplicationConfig } from '@angular/core';
import { RenderMode, provideServerRendering, withRoutes } from '@angular/ssr';
import { provideServerGenesysAuth, sessionCookie } from 'ngx-genesys-auth/server';
import { appConfig } from './app.config';

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

const serverConfig: ApplicationConfig = {
  providers: [
    provideServerRendering(withRoutes([{ path: '**', renderMode: RenderMode.Server }])),
    provideServerGenesysAuth({ relay: process.env['RELAY_URL'] ?? '', credential: sessionCookie() })
  ]
};

export const config = mergeApplicationConfig(appConfig, serverConfig);
