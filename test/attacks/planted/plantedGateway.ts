import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../lib/packageRoot.js';
import type { Hole } from './mutants.js';

export interface PlantedGateway {
  readonly url: URL;
  stop(): Promise<void>;
}

export interface PlantedOptions {
  /** A data folder; the gateway gets a copy of its own. */
  readonly data: string;
  /** Options of `polku serve` that name its users and its policies. */
  readonly users: readonly string[];
  readonly holes: readonly Hole[];
  readonly conceal: boolean;
  /** A registry that runs in another process. */
  readonly remote?: { readonly name: string; readonly url: string } | undefined;
}

/** The built gateway, started in a process of its own, with holes planted into its modules. */
export async function startPlanted({
  data,
  users,
  holes,
  conceal,
  remote,
}: PlantedOptions): Promise<PlantedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'polku-planted-'));
  await cp(data, folder, { recursive: true });
  const plant = join(packageRoot(), 'test', 'attacks', 'planted', 'plantHoles.mjs');
  const program = join(packageRoot(), 'dist', 'cli', 'main.js');
  const options = [...users, '--port', '0', '--data', folder];
  if (remote) options.push('--subgraph', `${remote.name}=${remote.url}`);
  const child = spawn(
    process.execPath,
    ['--import', plant, program, 'serve', ...options, conceal ? '--conceal' : '--no-conceal'],
    {
      env: { ...process.env, NODE_OPTIONS: '', PLANTED_HOLES: JSON.stringify(holes) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    // A planted gateway may hang; it has nothing to clean up.
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const url = await new Promise<URL>((resolve, reject) => {
      let [output, errors] = ['', ''];
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const served = /serves (http:\/\/\S+)graphql/.exec(output);
        if (served) resolve(new URL(served[1]!));
      });
      child.once('error', reject);
      child.once('close', () => reject(new Error(`The planted gateway ended before it served:\n${errors}`)));
    });
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
