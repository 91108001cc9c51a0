/** A small app with one unused scope, one missing scope, one invented scope and one call of the official SDK. */
export const PLANTED_APP: Readonly<Record<string, string>> = {
  'app.config.ts': `import { provideGenesysAuth } from 'ngx-genesys-auth';
import { SCOPES } from './scopes';

export const appConfig = {
  providers: [
    provideGenesysAuth({
      region: 'mypurecloud.de',
      relay: '/genesys',
      scopes: [...SCOPES]
    })
  ]
};
`,
  'scopes.ts': `// "quality:readonly" is needed by nothing, and "analytics:reporting:read" does not exist.
export const SCOPES = [
  'routing:readonly',
  'users:readonly',
  'quality:readonly',
  'analytics:reporting:read',
  'admin:platform'
] as const;
`,
  'queues.ts': `import { HttpClient } from '@angular/common/http';
import { inject } from '@angular/core';

const API = 'https://api.mypurecloud.de/api/v2';

export class Queues {
  readonly #http = inject(HttpClient);

  all(page: number) {
    return this.#http.get(\`\${API}/routing/queues?pageNumber=\${page}\`);
  }

  // No configured scope allows this.
  waiting(body: object) {
    return this.#http.post(\`\${API}/analytics/queues/observations/query\`, body);
  }
}
`,
  'users.js': `const platformClient = require('purecloud-platform-client-v2');

const usersApi = new platformClient.UsersApi();

exports.firstUsers = () => usersApi.getUsers({ pageSize: 25 });
`
};
