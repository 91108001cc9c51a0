import type { ChildProcess } from 'node:child_process';

/** Starts a server with these arguments and waits until it answers on the port; with `ca`, it speaks TLS. */
export declare function spawnRedis(args: readonly string[], port: number, ca?: string): Promise<ChildProcess>;

/** Kills a server, also one that is stopped, and waits for its end. */
export declare function killRedis(child: ChildProcess): Promise<void>;
