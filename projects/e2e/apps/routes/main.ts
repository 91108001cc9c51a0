// A page with routes that listen to live events over the relay's hub; a browser test walks from one to the other.
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, inject, provideZonelessChangeDetection, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { bootstrapApplication } from '@angular/platform-browser';
import { ActivatedRoute, Router, RouterOutlet, provideRouter } from '@angular/router';
import { genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
import { GenesysNotifications, provideGenesysNotifications, relayHub } from 'ngx-genesys-auth/notifications';

declare global {
  interface Window {
    hall: { readonly go: (path: string) => Promise<boolean>; readonly connection: () => string };
  }
}

const topicOf = (user: string) => `v2.users.${user}.voicemail.messages` as const;
/** Listened to on every route, by a signal. */
const SHARED = '4750048b-1994-41d4-8410-a5760c49a6cd';

const userOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Listens to the topics of the route's two users (`:n` and the one after), and to the shared one. */
function listen() {
  const live = inject(GenesysNotifications);
  const n = Number(inject(ActivatedRoute).snapshot.params['n']);
  const seen = signal(0);
  for (const user of [userOf(n), userOf(n + 1)]) {
    live
      .topic(topicOf(user))
      .pipe(takeUntilDestroyed())
      .subscribe(() => {
        seen.update((count) => count + 1);
      });
  }
  return { seen, last: live.topicSignal(topicOf(SHARED)) };
}

const template = `<p id="seen">{{ live.seen() }}</p><p id="last">{{ live.last()?.topicName ?? '' }}</p>`;

@Component({ selector: 'e2e-first', changeDetection: ChangeDetectionStrategy.OnPush, template })
class First {
  protected readonly live = listen();
}

@Component({ selector: 'e2e-second', changeDetection: ChangeDetectionStrategy.OnPush, template })
class Second {
  protected readonly live = listen();
}

@Component({ selector: 'e2e-empty', changeDetection: ChangeDetectionStrategy.OnPush, template: '' })
class Empty {}

@Component({
  selector: 'e2e-hall',
  imports: [RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<router-outlet />'
})
class Hall {
  constructor() {
    const router = inject(Router);
    const live = inject(GenesysNotifications);
    window.hall = { go: (path) => router.navigateByUrl(path), connection: () => live.state() };
  }
}

void bootstrapApplication(Hall, {
  providers: [
    provideZonelessChangeDetection(),
    provideRouter([
      { path: 'first/:n', component: First },
      { path: 'second/:n', component: Second },
      { path: '**', component: Empty }
    ]),
    provideHttpClient(withInterceptors([genesysAuthInterceptor])),
    provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['notifications'] }),
    provideGenesysNotifications({ source: relayHub() })
  ]
});
