import { type ChildProcess, fork } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../../lib/packageRoot.js';

interface Peer {
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
}

const folder = join(packageRoot(), 'bench', 'gateways', 'peers');
const START_MS = 60_000;

/** The gateways that are compared, and the lower bounds. */
export const peers: Readonly<Record<string, Peer>> = {
  stock: { script: join(folder, 'stock.mjs') },
  polku: { script: join(packageRoot(), 'dist', 'federation', 'bare', 'main.js') },
  'hive-rust': { script: join(folder, 'hive.mjs'), env: { PLANNER: 'rust' } },
  'hive-js': { script: join(folder, 'hive.mjs') },
  'hand-written': { script: join(folder, 'handWritten.mjs') },
  'from-memory': { script: join(folder, 'fromMemory.mjs') },
};

export interface Usage {
  readonly cpuMs: number;
  readonly peakMb: number;
}

export interface RunningPeer {
  readonly name: string;
  readonly url: string;
  /**
   * What its process has used since it started.
   * @param message for a module that was loaded before the server
   */
  usage(message?: string): Promise<Usage>;
  /** Resolves when the process has ended. */
  stop(): Promise<void>;
}

export function startPeer(name: string, env: Readonly<Record<string, string>>): Promise<RunningPeer> {
  const { script, env: own } = peers[name]!;
  return startServer(name, (port) => ({
    script,
    args: [],
    env: { NODE_ENV: 'production', ...env, ...own, PORT: String(port) },
  }));
}

interface ServerProcess {
  readonly script: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Modules that are loaded before the script. */
  readonly preload?: readonly string[];
}

/** Starts a server of /graphql on a free port, and measures its process. */
export async function startServer(
  name: string,
  processOn: (port: number) => ServerProcess,
): Promise<RunningPeer> {
  const port = await freePort();
  const { script, args, env, preload = [] } = processOn(port);
  const modules = [join(folder, 'usage.mjs'), ...preload];
  const child = fork(script, args, {
    execArgv: [
      ...modules.flatMap((module) => ['--import', module]),
      ...(process.env['PEER_OPTIONS']?.split(' ') ?? []),
    ],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const url = `http://127.0.0.1:${port}`;
  await answering(name, url, child);
  return {
    name,
    url,
    usage: (message = 'usage') =>
      new Promise((resolve) => {
        child.once('message', (usage) => resolve(usage as Usage));
        child.send(message);
      }),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        // Some wait for open connections when they are asked to end.
        child.kill('SIGKILL');
      }),
  };
}

/** A subgraph that answers on a port of its own choice. */
export async function startSubgraph(
  name: string,
): Promise<{ readonly name: string; readonly url: string; stop(): void }> {
  const child = fork(join(import.meta.dirname, 'subgraph.js'), [name]);
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('exit', () => reject(new Error(`The subgraph ${name} does not start.`)));
  });
  return { name, url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

async function answering(name: string, url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const answered = await fetch(`${url}/graphql`, { method: 'POST', body: '{"query":"x"}' }).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  child.kill();
  throw new Error(`${name} does not start.`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
