// nginx as the upstream (on the core of the load) and as the proxy to beat (on the core of the servers).
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../../scripts/lib/free-port.cjs';
import { folder } from '../../lib/tidy.mjs';
import { start } from '../measure.mjs';

const common = (dir) => `
worker_processes 1;
daemon off;
pid ${dir}/pid;
error_log ${dir}/error.log crit;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/fcgi;
  uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
  keepalive_requests 1000000; default_type application/json;`;

async function startNginx(dir, config, port, core) {
  const file = join(dir, 'nginx.conf');
  writeFileSync(file, config);
  // Its worker may run as another user (`nobody` where we are root), and has to read what is served.
  chmodSync(dir, 0o755);
  const command = ['nginx', '-p', dir, '-c', file];
  const child = start(core, command, { stdio: ['ignore', 'inherit', 'inherit'], signal: 'SIGTERM' });
  for (let tries = 0; tries < 100 && child.exitCode === null; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      const master = Number(readFileSync(join(dir, 'pid'), 'utf8'));
      const workers = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ').map(Number);
      return { port, pids: [master, ...workers] };
    } catch {
      // Not up yet.
    }
  }
  throw new Error('nginx did not start');
}

/** Serves files of two sizes under paths that the catalogue of operations knows. */
export async function startUpstream(sizes) {
  const dir = folder('upstream');
  const port = await freePort();
  for (const [path, bytes] of Object.entries(sizes)) {
    const file = join(dir, 'html', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, JSON.stringify({ padding: 'x'.repeat(bytes - 14) }));
  }
  const config = `${common(dir)}
  server { listen 127.0.0.1:${port} reuseport; root ${dir}/html; }
}`;
  return startNginx(dir, config, port, 1);
}

/** One worker, connections to the upstream kept, buffering as by default. */
export async function startProxy(upstreamPort) {
  const dir = folder('nginx');
  const port = await freePort();
  const config = `${common(dir)}
  upstream api { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Cookie "";
      proxy_set_header Authorization "Bearer token";
    }
  }
}`;
  return startNginx(dir, config, port, 0);
}
