import { bootstrapApplication } from '@angular/platform-browser';
import { loadBoardConfig } from './app/boot/board-config';
import { showBootError } from './app/boot/boot-error';
import { boardProviders } from './app/boot/providers';
import { signIn } from './app/boot/sign-in';
import { App } from './app/shell/app';
import { boardRoutes } from './app/shell/routes';

async function start(): Promise<void> {
  const config = await loadBoardConfig();
  const headers = config.signIn === undefined ? undefined : await signIn(config.signIn);
  await bootstrapApplication(App, { providers: [...boardProviders(config, headers), boardRoutes()] });
}

start().catch((error: unknown) => {
  showBootError(error, document);
});
