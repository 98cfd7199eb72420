import { spawn } from 'node:child_process';

/** What one process used. */
export interface ProcessFigures {
  /** Until it ended or, if the caller waited for an output, until that output appeared. */
  readonly seconds: number;
  /** User and system time of all its threads until it ended. */
  readonly cpuSeconds: number;
  /** Maximum resident memory, bytes. */
  readonly peakBytes: number;
  /** Resident memory when it ended, bytes. */
  readonly residentBytes: number;
  readonly output: string;
  /** The standard error output: progress and notes. */
  readonly errors: string;
}

/** Reports at the end, on file descriptor 3, what the operating system has counted. */
const TELL_USAGE = `import { writeSync } from 'node:fs';
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(3, JSON.stringify([maxRSS * 1024, process.memoryUsage.rss(), (userCPUTime + systemCPUTime) / 1e6]));
});`;
const HOOK = `data:text/javascript,${encodeURIComponent(TELL_USAGE)}`;

/**
 * Runs Node with these arguments and measures it from outside.
 *
 * @param until ends a server as soon as it prints this
 * @throws Error when the process fails
 */
export async function runMeasured(
  args: readonly string[],
  { until }: { readonly until?: RegExp } = {},
): Promise<ProcessFigures> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', HOOK, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let [output, errors, usage] = ['', '', ''];
  let said: number | undefined;
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (said !== undefined || !until?.test(output)) return;
    said = performance.now();
    child.kill('SIGTERM');
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdio[3]!.on('data', (bytes: Buffer) => (usage += bytes.toString()));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const ended = performance.now();
  if (usage === '' || (code !== 0 && said === undefined))
    throw new Error(`node ${args.join(' ')} ended with ${String(code)}: ${errors.slice(-2_000)}`);
  const [peakBytes, residentBytes, cpuSeconds] = JSON.parse(usage) as [number, number, number];
  return { seconds: ((said ?? ended) - began) / 1000, cpuSeconds, peakBytes, residentBytes, output, errors };
}
