import { ApplicationConfig, mergeApplicationConfig } from '@angular/core';
import { RenderMode, provideServerRendering, withRoutes } from '@angular/ssr';
import { provideServerGenesysAuth, visitorHeaders } from 'ngx-genesys-auth/server';
import { appConfig } from './app.config';

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

const relay = process.env['RELAY_URL'];

const serverConfig: ApplicationConfig = {
  providers: [
    provideServerRendering(withRoutes([{ path: '**', renderMode: RenderMode.Server }])),
    relay === undefined
      ? []
      : provideServerGenesysAuth({ relay, credential: visitorHeaders('authorization'), timeoutMs: 20_000 })
  ]
};

export const config = mergeApplicationConfig(appConfig, serverConfig);
