import { shown } from '../http/errors.ts';
import { html, page } from './html.ts';

/** What the login page shows. */
export interface LoginPage {
  /** Name of the OAuth client. */
  readonly client: string;
  /** Name of the organization. */
  readonly organization: string;
  /** Identity provider of the organization, whose page this stands in for. */
  readonly provider: string | undefined;
  /** What stands in the field for the address. */
  readonly email: string;
  readonly error: string | undefined;
  /** Addresses that can sign in, as a help. */
  readonly examples: readonly string[];
}

/** The login page: a form that works without a script and posts to its own address. */
export function loginPage(view: LoginPage): string {
  const { client, organization, provider, email, error, examples } = view;
  const title = provider === undefined ? 'Sign in' : `Sign in with ${shown(provider)}`;
  return page(
    error === undefined ? title : `Error: ${title}`,
    html`
      <h1>${title}</h1>
      <p>${shown(client)} asks you to sign in to ${shown(organization)}.</p>
      ${error === undefined ? '' : html`<p class="error" id="error" role="alert">${error}</p>`}
      <form method="post">
        <label for="email">Email</label>
        <input
          id="email"
          name="email"
          type="email"
          autocomplete="username"
          list="examples"
          maxlength="254"
          required
          value="${email}"
          ${error === undefined ? '' : html`aria-invalid="true" aria-describedby="error"`}
        />
        <datalist id="examples">${examples.map((example) => html`<option value="${example}"></option>`)}</datalist>
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          maxlength="1000"
          required
          aria-describedby="help"
        />
        <p class="muted" id="help">
          This is a sandbox: any password is right. ${examples.length === 0 ? '' : `Try ${examples.join(' or ')}.`}
        </p>
        <div class="actions">
          <button name="action" value="sign-in">Sign in</button>
          <button name="action" value="cancel" formnovalidate>Cancel</button>
        </div>
      </form>
    `
  );
}

/** A page that says what is wrong. The user is never sent away from it. */
export function errorPage(title: string, message: string, hint?: string): string {
  return page(
    title,
    html`
      <h1>${title}</h1>
      <p role="alert">${message}</p>
      ${hint === undefined ? '' : html`<p class="muted">${hint}</p>`}
    `
  );
}

/** The page after `/logout` without a redirect URI. */
export function signedOutPage(): string {
  return page(
    'Signed out',
    html`
      <h1>Signed out</h1>
      <p>You can close this page.</p>
    `
  );
}
