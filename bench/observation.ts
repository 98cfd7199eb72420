import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startCollector } from '../deploy/printTraces.mjs';
import { ConnectionPool } from '../federation/http/connectionPool.js';
import { packageRoot } from '../lib/packageRoot.js';
import { runMeasured } from './city/measuredProcess.js';
import { freePort, startServer } from './gateways/processes.js';

// The cost of metrics and traces, in CPU time a request and requests a second of family paths:
// npm run bench:observation -- [--persons 2000] [--rounds 200] [--slice 100]
// Processes differ by more than the cost: V8 optimizes each a little differently. So one gateway is
// measured, which sends traces of the default share of its requests. Their observation is turned on and off
// between slices. Two kinds of slices are not observed, "plain" and "control": they differ by chance only,
// so their difference is the error of the measurement. A scrape is measured apart.

const FAMILY_PATH = `query FamilyPath($id: FamilyID!) {
  family(id: $id) {
    members { role person { birthYear sex { code } } }
    servicePath(from: "2012-01-01") { steps { sector service { code } startedAt endedAt contacts person { id } } withheld }
  }
}`;
const MY_FAMILIES = '{ persons(first: 100) { nodes { families { family { id } } } } }';
const CONCURRENCY = 4;
/** Until V8 has optimized and the heap has grown. */
const WARM_UP = 2_000;
/** As often as deploy/prometheus/prometheus.yml does. */
const SCRAPE_SECONDS = 15;
const SCRAPES = 50;
/** How long spans wait to be sent: not 5 s as usual, so they are sent in the slice that made them. */
const SPAN_DELAY_MS = 20;

const { values: options } = parseArgs({
  options: {
    persons: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '200' },
    slice: { type: 'string', default: '100' },
  },
});
const [ROUNDS, SLICE] = [Number(options.rounds), Number(options.slice)];

const kinds = ['observed', 'plain', 'control'] as const;
type Kind = (typeof kinds)[number];
/** Each kind is first, second and last as often as the others, and follows each of them as often. */
const ORDERS: readonly (readonly Kind[])[] = [
  ['observed', 'plain', 'control'],
  ['control', 'plain', 'observed'],
  ['plain', 'control', 'observed'],
  ['observed', 'control', 'plain'],
  ['control', 'observed', 'plain'],
  ['plain', 'observed', 'control'],
];

/** What a slice took. */
interface Slice {
  readonly cpuMs: number;
  readonly seconds: number;
}

const polku = join(packageRoot(), 'dist', 'cli', 'main.js');
const folder = await mkdtemp(join(tmpdir(), 'polku-bench-'));
const [exports, data] = [join(folder, 'exports'), join(folder, 'data')];
let spans = 0;
const collector = await startCollector(0, (received) => (spans += received.length));
try {
  await runMeasured([polku, 'city', 'generate', '--persons', options.persons, '--out', exports]);
  await runMeasured([polku, 'extract', '--all', '--source', exports, '--data', data, '--synthetic']);
  await measure();
} finally {
  await collector.close();
  await rm(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const admin = await freePort();
  const gateway = await startServer('polku', (port) => ({
    script: polku,
    args: ['serve', '--dev', '--data', data, '--port', String(port)],
    env: {
      POLKU_LOG_LEVEL: 'warn',
      POLKU_ADMIN_PORT: String(admin),
      POLKU_TRACING_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: String(SPAN_DELAY_MS),
    },
    preload: [join(packageRoot(), 'bench', 'observation', 'observationSwitch.mjs')],
  }));
  try {
    const load = await loadOf(gateway.url);
    const slice = async (kind: Kind, requests: number): Promise<Slice> => {
      const before = await gateway.usage(kind);
      const began = performance.now();
      await load(requests);
      const seconds = (performance.now() - began) / 1000;
      return { seconds, cpuMs: (await gateway.usage(kind)).cpuMs - before.cpuMs };
    };
    for (const kind of kinds) await slice(kind, WARM_UP);
    const slices: Record<Kind, Slice[]> = { observed: [], plain: [], control: [] };
    for (let round = 0; round < ROUNDS; round++)
      for (const kind of ORDERS[round % ORDERS.length]!) slices[kind].push(await slice(kind, SLICE));
    console.log(`${spans} spans received`);
    report('CPU a request, ms', slices, ({ cpuMs }) => cpuMs / SLICE);
    report('requests a second', slices, ({ seconds }) => SLICE / seconds);
    const before = await gateway.usage('observed');
    for (let scrape = 0; scrape < SCRAPES; scrape++)
      await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text();
    const scrapeMs = ((await gateway.usage('observed')).cpuMs - before.cpuMs) / SCRAPES;
    const share = (scrapeMs / (SCRAPE_SECONDS * 1000)) * 100;
    console.log(
      `a scrape: ${scrapeMs.toFixed(1)} ms of CPU; one in ${SCRAPE_SECONDS} seconds is ${share.toFixed(2)} % of a core`,
    );
  } finally {
    await gateway.stop();
  }
}

/** Prints the medians of a figure, and the median difference within rounds with its interval. */
function report(
  name: string,
  slices: Readonly<Record<Kind, readonly Slice[]>>,
  of: (slice: Slice) => number,
): void {
  const [observed, plain, control] = kinds.map((kind) => slices[kind].map(of)) as [
    number[],
    number[],
    number[],
  ];
  const unobserved = plain.map((value, round) => (value + control[round]!) / 2);
  console.log(
    `${name}: observed ${median(observed).toFixed(3)}, not observed ${median(unobserved).toFixed(3)}`,
  );
  console.log(`  difference ${difference(observed, unobserved)}`);
  console.log(`  by chance ${difference(control, plain)}`);
}

/**
 * The median difference of pairs, in percent, with the order statistics between which the true median lies in
 * 95 of 100 measurements (binomial, normal approximation).
 */
function difference(values: readonly number[], others: readonly number[]): string {
  const percents = values.map((value, round) => (value / others[round]! - 1) * 100).sort((a, b) => a - b);
  const reach = Math.ceil(0.98 * Math.sqrt(percents.length));
  const middle = percents.length / 2;
  const low = percents[Math.max(0, Math.floor(middle) - reach)]!;
  const high = percents[Math.min(percents.length - 1, Math.ceil(middle) - 1 + reach)]!;
  return `${signed(median(percents))} % (95 %: ${signed(low)} to ${signed(high)})`;
}

function signed(percent: number): string {
  return `${percent < 0 ? '' : '+'}${percent.toFixed(1)}`;
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
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[sorted.length >> 1]! + sorted[(sorted.length - 1) >> 1]!) / 2;
}
