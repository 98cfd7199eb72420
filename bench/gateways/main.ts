import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../lib/packageRoot.js';
import { ask, closeClient, load } from './client.js';
import { composeSupergraph, subgraphNames } from './federation.js';
import { peers, type RunningPeer, startPeer, startSubgraph } from './processes.js';
import { printTable } from './table.js';
import { type Work, works } from './works.js';

// CPU and memory of gateways over one supergraph:
// npm run bench:gateways -- [--peers polku,stock] [--works A,B] [--rounds 5]
// Memory instead: --memory; with many different operations: --operations 100000.
// Each gateway and each subgraph is a process of its own, and only the gateway's use counts. Windows of
// the gateways alternate, so that a busy machine slows all of them; figures are medians over the rounds.

const MEMORY_REQUESTS = 60;

const { values: options } = parseArgs({
  options: {
    peers: { type: 'string' },
    works: { type: 'string', default: 'A,B,C,D' },
    rounds: { type: 'string', default: '7' },
    memory: { type: 'boolean', default: false },
    operations: { type: 'string' },
  },
});
const names = options.peers?.split(',') ?? Object.keys(peers);
const asked = options.works.split(',').map((name) => works[name]!);
const rounds = Number(options.rounds);

if (!existsSync(join(packageRoot(), 'bench', 'gateways', 'node_modules'))) {
  console.error('First install the peers: npm ci --prefix bench/gateways --ignore-scripts');
  process.exit(1);
}

const folder = await mkdtemp(join(tmpdir(), 'polku-bench-'));
const subgraphs = await Promise.all(subgraphNames.map((name) => startSubgraph(name)));
try {
  const urls = new Map(subgraphs.map(({ name, url }) => [name, `${url}/graphql`]));
  const files = {
    SUPERGRAPH: join(folder, 'supergraph.graphql'),
    URLS: join(folder, 'urls.json'),
    ANSWERS: join(folder, 'answers.json'),
  };
  await writeFile(files.SUPERGRAPH, composeSupergraph(urls));
  await writeFile(
    files.URLS,
    JSON.stringify(Object.fromEntries(subgraphs.map(({ name, url }) => [name, url]))),
  );
  const answers = await referenceAnswers(files);
  await writeFile(files.ANSWERS, JSON.stringify(answers));
  if (options.operations !== undefined) await measureOperations(files, Number(options.operations));
  else if (options.memory) await measureMemory(files);
  else await measureCpu(files, answers);
} finally {
  for (const { stop } of subgraphs) stop();
  closeClient();
  await rm(folder, { recursive: true });
}

type Files = Readonly<Record<string, string>>;

/** The answers of the reference implementation, by operation name; every gateway must give the same. */
async function referenceAnswers(files: Files): Promise<Record<string, string>> {
  const stock = await startPeer('stock', files);
  try {
    const entries: [string, string][] = [];
    for (const work of Object.values(works)) {
      const text = await ask(stock.url, work);
      if ('errors' in (JSON.parse(text) as object)) throw new Error(text);
      entries.push([operationName(work), text]);
    }
    return Object.fromEntries(entries);
  } finally {
    await stock.stop();
  }
}

async function measureCpu(files: Files, answers: Record<string, string>): Promise<void> {
  const running: RunningPeer[] = [];
  try {
    for (const name of names) running.push(await startPeer(name, files));
    const measured = new Map<string, Map<string, number[]>>();
    // All gateways run all works before the first measurement; otherwise the first one would be measured
    // while it is compiled.
    for (const work of asked)
      for (const peer of running) {
        sameAnswer(peer.name, await ask(peer.url, work), answers[operationName(work)]!);
        await load(peer.url, work, work.warmUp);
      }
    for (const work of asked) {
      const samples = new Map(running.map(({ name }) => [name, [] as number[]]));
      for (let round = 0; round < rounds; round++)
        for (const [index] of running.entries()) {
          const peer = running[(index + round) % running.length]!;
          samples.get(peer.name)!.push(await cpuPerRequest(peer, work));
        }
      measured.set(work.name, samples);
      printTable(measured, asked.slice(0, measured.size));
    }
  } finally {
    for (const { stop } of running) await stop();
  }
}

/**
 * A gateway that has waited has collected garbage and has cold caches, so an uncounted window comes first.
 */
async function cpuPerRequest(peer: RunningPeer, work: Work): Promise<number> {
  await load(peer.url, work, work.window);
  const before = await peer.usage();
  await load(peer.url, work, work.window);
  const after = await peer.usage();
  return (after.cpuMs - before.cpuMs) / work.window;
}

/** Peak memory of a fresh process that answers the largest operation. */
async function measureMemory(files: Files): Promise<void> {
  for (const name of names) {
    const peer = await startPeer(name, files);
    try {
      await load(peer.url, works['A']!, MEMORY_REQUESTS);
      const idle = await peer.usage();
      await load(peer.url, works['D']!, MEMORY_REQUESTS);
      const { peakMb } = await peer.usage();
      console.log(`${name.padEnd(14)} ${idle.peakMb.toFixed(0)} MB after A, ${peakMb.toFixed(0)} MB after D`);
    } finally {
      await peer.stop();
    }
  }
}

/** Peak memory of a fresh process while new operations arrive, after each tenth of them. */
async function measureOperations(files: Files, count: number): Promise<void> {
  for (const name of names) {
    const peer = await startPeer(name, files);
    try {
      for (let number = 1; number <= count; number++) {
        const query = `{ persons(first: 2) { field${number}: birthYear lastVisit openCases } }`;
        await ask(peer.url, { ...works['C']!, query });
        if (number % Math.ceil(count / 10) > 0) continue;
        const { peakMb } = await peer.usage();
        console.log(`${name.padEnd(14)} ${peakMb.toFixed(0)} MB after ${number} different operations`);
      }
    } finally {
      await peer.stop();
    }
  }
}

function sameAnswer(name: string, text: string, expected: string): void {
  const normal = (answer: string) => JSON.stringify((JSON.parse(answer) as { data: unknown }).data);
  if (normal(text) !== normal(expected))
    throw new Error(`${name} answers otherwise than the reference: ${text.slice(0, 500)}`);
}

function operationName({ query }: Work): string {
  return /query (\w+)/.exec(query)![1]!;
}
