import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { SecretFile } from '../config/secrets.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';

/** Files are also read again at this interval, because not every file system reports changes. */
const POLL_MS = 10_000;
/** One change causes several events, and the file may be half written at the first. */
const SETTLE_MS = 100;

/**
 * Reads secrets again when their files change. Folders are watched, not files: editors and Kubernetes replace a file with a
 * new file or link. A file that cannot be read or holds no secret changes nothing.
 *
 * @param onChange is called once for all secrets that changed together
 */
export function watchSecrets(files: readonly SecretFile[], onChange: () => void, runtime: RelayRuntime) {
  const { log, observer } = runtime;
  const refused = new Set<string>();

  function check(): void {
    let changed = false;
    for (const { key, secret, read } of files) {
      const value = read();
      if (value === undefined) {
        if (!refused.has(key)) {
          observer.reloaded?.('secret', 'refused');
          log.error(
            { event: 'secret_refused', key },
            'the file of a secret can no longer be used; the old secret stays in use'
          );
        }
        refused.add(key);
        continue;
      }
      refused.delete(key);
      if (value === secret.reveal()) continue;
      secret.replace(value);
      changed = true;
      observer.reloaded?.('secret', 'applied');
      log.info({ event: 'secret_reloaded', key }, 'a secret was read again because its file has changed');
    }
    if (changed) onChange();
  }

  let settling: NodeJS.Timeout | undefined;
  const soon = () => {
    settling ??= setTimeout(() => {
      settling = undefined;
      check();
    }, SETTLE_MS).unref();
  };
  const watchers = [...new Set(files.map(({ path }) => dirname(path)))].flatMap((folder): FSWatcher[] => {
    try {
      return [watch(folder, { persistent: false }, soon).on('error', () => undefined)];
    } catch {
      return [];
    }
  });
  const poll = files.length === 0 ? undefined : setInterval(check, POLL_MS).unref();
  return {
    close(): void {
      clearTimeout(settling);
      clearInterval(poll);
      for (const watcher of watchers) watcher.close();
    }
  };
}
