import { NgModule, provideBrowserGlobalErrorListeners } from '@angular/core';
import { BrowserModule } from '@angular/platform-browser';
import { GenesysAuthModule } from 'ngx-genesys-auth';
import { App } from './app';
import { Queues } from './queues';

@NgModule({
  declarations: [App],
  imports: [BrowserModule, GenesysAuthModule, Queues],
  providers: [provideBrowserGlobalErrorListeners()],
  bootstrap: [App]
})
export class AppModule {}
