import type { RelayProblem } from '../reply/problem.ts';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/**
 * The page that a user sees when sign-in cannot return to the app. It needs no script and no style.
 *
 * @param appUrl URL of the app
 */
export function signInPage({ code, message, details }: RelayProblem, appUrl: string): string {
  const { hint = '', reason } = details;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign-in failed</title>
</head>
<body>
<main>
<h1>Sign-in failed</h1>
<p role="alert">${escaped(message)}</p>
<p>${escaped(hint)}</p>
<p><a href="${escaped(appUrl)}">Back to the app</a></p>
<p><small>${escaped(reason === undefined ? code : `${code}.${reason}`)}</small></p>
</main>
</body>
</html>
`;
}
