import { createServer } from 'node:http';
import {
  AngularNodeAppEngine,
  createNodeRequestHandler,
  isMainModule,
  writeResponseToNodeResponse
} from '@angular/ssr/node';

const engine = new AngularNodeAppEngine({ allowedHosts: ['localhost', '127.0.0.1'] });

export const reqHandler = createNodeRequestHandler(async (request, response) => {
  const answer = await engine.handle(request);
  if (answer) await writeResponseToNodeResponse(answer, response);
  else response.writeHead(404).end();
});

if (isMainModule(import.meta.url)) {
  const server = createServer(reqHandler).listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify(server.address()));
  });
}
