import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startCollector } from '../deploy/printTraces.mjs';
import { ConnectionPool } from '../federation/http/connectionPool.js';
import { packageRoot } from '../lib/packageRoot.js';
import { runMeasured } from './city/measuredProcess.js';
import { freePort, type RunningPeer, startServer } from './gateways/processes.js';

// The cost of metrics and traces, in CPU time a request and requests a second of family paths:
// npm run bench:observation -- [--persons 2000] [--rounds 5] [--window 1500]
// Two gateways are the same but for that. One is scraped every five seconds and sends traces of the default
// share of its requests; the other is not observed. Their windows alternate, and figures are medians over
// several pairs of processes, because two processes of one program differ by some percent.

const FAMILY_PATH = `query FamilyPath($id: FamilyID!) {
  family(id: $id) {
    members { role person { birthYear sex } }
    servicePath(from: "2012-01-01") { steps { sector service startedAt endedAt contacts person { id } } withheld }
  }
}`;
const MY_FAMILIES = '{ persons(first: 100) { nodes { families { family { id } } } } }';
const CONCURRENCY = 4;
const WARM_UP = 2_000;
/** An even number: each of the two starts first as often as the other. */
const PAIRS = 4;
/** Three times as often as deploy/prometheus/prometheus.yml does. */
const SCRAPE_MS = 5_000;

const { values: options } = parseArgs({
  options: {
    persons: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
    window: { type: 'string', default: '1500' },
  },
});
const WINDOW = Number(options.window);

const polku = join(packageRoot(), 'dist', 'cli', 'main.js');
const folder = await mkdtemp(join(tmpdir(), 'polku-bench-'));
const [exports, data] = [join(folder, 'exports'), join(folder, 'data')];
let spans = 0;
const collector = await startCollector(0, (received) => (spans += received.length));
const running: RunningPeer[] = [];

interface Figures {
  readonly cpuMs: number[];
  readonly perSecond: number[];
}

/** Of the observed gateways, then of the others: one figure for each round of each pair. */
const figures: readonly [Figures, Figures] = [
  { cpuMs: [], perSecond: [] },
  { cpuMs: [], perSecond: [] },
];
try {
  await runMeasured([polku, 'city', 'generate', '--persons', options.persons, '--out', exports]);
  await runMeasured([polku, 'extract', '--all', '--source', exports, '--data', data, '--synthetic']);
  for (let pair = 1; pair <= PAIRS; pair++) {
    const admin = await freePort();
    const observe = () =>
      start(`observed-${pair}`, {
        POLKU_ADMIN_PORT: String(admin),
        POLKU_TRACING_ENDPOINT: collector.url,
      });
    const leave = () => start(`plain-${pair}`, {});
    const gateways =
      pair % 2 === 1 ? [await observe(), await leave()] : [await leave(), await observe()].reverse();
    const scraping = setInterval(() => void fetch(`http://127.0.0.1:${admin}/metrics`), SCRAPE_MS);
    await measure(gateways);
    clearInterval(scraping);
    for (const one of running.splice(0)) await one.stop();
  }
  report();
} finally {
  for (const one of running) await one.stop();
  await collector.close();
  await rm(folder, { recursive: true, force: true });
}

/** A gateway with its own copy of the data: one gateway at a time writes an audit log. */
async function start(name: string, env: Readonly<Record<string, string>>): Promise<RunningPeer> {
  const own = join(folder, name);
  await cp(data, own, { recursive: true });
  const served = await startServer(name, (port) => ({
    script: polku,
    args: ['serve', '--dev', '--data', own, '--port', String(port)],
    env: { POLKU_LOG_LEVEL: 'warn', ...env },
  }));
  running.push(served);
  return served;
}

async function measure(gateways: readonly RunningPeer[]): Promise<void> {
  const loads = await Promise.all(gateways.map(({ url }) => loadOf(url)));
  for (const load of loads) await load(WARM_UP);
  for (let round = 0; round < Number(options.rounds); round++)
    for (let turn = 0; turn < gateways.length; turn++) {
      const at = (round + turn) % gateways.length;
      const gateway = gateways[at]!;
      const before = await gateway.usage();
      const began = performance.now();
      await loads[at]!(WINDOW);
      const seconds = (performance.now() - began) / 1000;
      figures[at]!.perSecond.push(WINDOW / seconds);
      figures[at]!.cpuMs.push(((await gateway.usage()).cpuMs - before.cpuMs) / WINDOW);
    }
}

function report(): void {
  const [observed, plain] = figures;
  const percent = (ratio: number) => `${((ratio - 1) * 100).toFixed(1)} %`;
  const ofRounds = (figure: keyof Figures) =>
    median(observed[figure].map((value, round) => value / plain[figure][round]!));
  console.log(`${spans} spans received`);
  console.log(
    `CPU a request, ms: observed ${median(observed.cpuMs).toFixed(3)}, not observed ${median(plain.cpuMs).toFixed(3)}; median of the rounds +${percent(ofRounds('cpuMs'))}`,
  );
  console.log(
    `requests a second: observed ${median(observed.perSecond).toFixed(0)}, not observed ${median(plain.perSecond).toFixed(0)}; median of the rounds ${percent(ofRounds('perSecond'))}`,
  );
}

/** Asks for paths of families, several at once. */
async function loadOf(url: string): Promise<(count: number) => Promise<void>> {
  const response = await fetch(`${url}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona: 'family-team' }),
  });
  const { token } = (await response.json()) as { token: string };
  const pool = new ConnectionPool(new URL('/graphql', url), {
    connections: CONCURRENCY,
    bodyBytes: 2 ** 24,
    timeoutMs: 60_000,
  });
  const head = `content-type: application/json\r\nauthorization: Bearer ${token}\r\npurpose-of-use: child-protection\r\n`;
  const ask = async (query: string, variables: object): Promise<string> => {
    const text = await pool.post(head, JSON.stringify({ query, variables }), undefined);
    if (text.includes('"errors":')) throw new Error(text.slice(0, 500));
    return text;
  };
  const { data: page } = JSON.parse(await ask(MY_FAMILIES, {})) as {
    data: { persons: { nodes: { families: { family: { id: string } }[] | null }[] } };
  };
  const families = [
    ...new Set(page.persons.nodes.flatMap((node) => node.families ?? []).map(({ family }) => family.id)),
  ];
  return async (count) => {
    let left = count;
    const one = async () => {
      while (left-- > 0) await ask(FAMILY_PATH, { id: families[left % families.length] });
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, one));
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
