import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../lib/packageRoot.js';

const program = join(packageRoot(), 'dist', 'cli', 'main.js');

export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The text of standard input; empty by default. */
  readonly input?: string;
}

/** Runs the built command line to its end, in a process of its own. */
export function runPolku(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = startPolku(args, options);
  return new Promise((resolve, reject) => {
    let [output, errors] = ['', ''];
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output, errors }));
  });
}

/** Starts the built command line and leaves it running. */
export function startPolku(args: readonly string[], { input, ...options }: RunOptions = {}): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  // A command that ends without reading its input closes the pipe.
  child.stdin.on('error', () => {}).end(input);
  return child;
}
