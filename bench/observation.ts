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
// npm run bench:observation -- [--persons 2000] [--sets 12] [--rounds 30] [--slice 100]
// Three gateways run at a time. The first is scraped and sends traces of the default share of its requests.
// The other two, "plain" and "control", are not observed: they differ by chance only, so their difference is
// the error of the measurement. Each round asks every gateway in a slice that is short against whatever else
// the machine does. V8 optimizes each process a little differently, so there are several sets of processes,
// which start and take turns in every order.

const FAMILY_PATH = `query FamilyPath($id: FamilyID!) {
  family(id: $id) {
    members { role person { birthYear sex { code } } }
    servicePath(from: "2012-01-01") { steps { sector service { code } startedAt endedAt contacts person { id } } withheld }
  }
}`;
const MY_FAMILIES = '{ persons(first: 100) { nodes { families { family { id } } } } }';
const CONCURRENCY = 4;
/** Until V8 has optimized and the heap has grown. */
const WARM_UP = 4_000;
/** As often as deploy/prometheus/prometheus.yml does. A gateway is busy for a third of this time only. */
const SCRAPE_MS = 15_000;

const { values: options } = parseArgs({
  options: {
    persons: { type: 'string', default: '2000' },
    sets: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '30' },
    slice: { type: 'string', default: '100' },
  },
});
const [ROUNDS, SLICE] = [Number(options.rounds), Number(options.slice)];

const roles = ['observed', 'plain', 'control'] as const;
type Role = (typeof roles)[number];
/** Each gateway is first, second and last as often as the others, and follows each of them as often. */
const ORDERS: readonly (readonly Role[])[] = [
  ['observed', 'plain', 'control'],
  ['control', 'plain', 'observed'],
  ['plain', 'control', 'observed'],
  ['observed', 'control', 'plain'],
  ['control', 'observed', 'plain'],
  ['plain', 'observed', 'control'],
];

const polku = join(packageRoot(), 'dist', 'cli', 'main.js');
const folder = await mkdtemp(join(tmpdir(), 'polku-bench-'));
const [exports, data] = [join(folder, 'exports'), join(folder, 'data')];
let spans = 0;
const collector = await startCollector(0, (received) => (spans += received.length));
const running: RunningPeer[] = [];

/** What a gateway took in a set. */
interface Usage {
  /** With what it does while another is asked: answering a scrape, and sending spans. */
  readonly cpuMs: number;
  /** While it was asked. */
  readonly seconds: number;
}
type Measured = Readonly<Record<Role, Usage>>;

const sets: Measured[] = [];
try {
  await runMeasured([polku, 'city', 'generate', '--persons', options.persons, '--out', exports]);
  await runMeasured([polku, 'extract', '--all', '--source', exports, '--data', data, '--synthetic']);
  for (let set = 0; set < Number(options.sets); set++) sets.push(await measure(ORDERS[set % ORDERS.length]!));
  report();
} finally {
  for (const one of running) await one.stop();
  await collector.close();
  await rm(folder, { recursive: true, force: true });
}

/** A gateway with its own copy of the data: one gateway at a time writes an audit log. */
async function start(name: string, env: Readonly<Record<string, string>>): Promise<RunningPeer> {
  const own = await mkdtemp(join(folder, `${name}-`));
  await cp(data, own, { recursive: true });
  const served = await startServer(name, (port) => ({
    script: polku,
    args: ['serve', '--dev', '--data', own, '--port', String(port)],
    env: { POLKU_LOG_LEVEL: 'warn', ...env },
  }));
  running.push(served);
  return served;
}

async function measure(order: readonly Role[]): Promise<Measured> {
  const admin = await freePort();
  const observed = { POLKU_ADMIN_PORT: String(admin), POLKU_TRACING_ENDPOINT: collector.url };
  const gateways = [];
  for (const role of order) {
    const gateway = await start(role, role === 'observed' ? observed : {});
    gateways.push({ role, gateway, load: await loadOf(gateway.url), cpuMs: 0, seconds: 0 });
  }
  let scraped: Promise<unknown> = Promise.resolve();
  const scrape = async () => (await fetch(`http://127.0.0.1:${admin}/metrics`)).text();
  const scraping = setInterval(() => (scraped = scrape()), SCRAPE_MS);
  for (const { load } of gateways) await load(WARM_UP);
  for (const one of gateways) one.cpuMs = -(await one.gateway.usage()).cpuMs;
  for (let round = 0; round < ROUNDS; round++)
    // There and back, so that a machine that slows down slows all of them.
    for (const one of round % 2 === 0 ? gateways : gateways.toReversed()) {
      const began = performance.now();
      await one.load(SLICE);
      one.seconds += (performance.now() - began) / 1000;
    }
  for (const one of gateways) one.cpuMs += (await one.gateway.usage()).cpuMs;
  clearInterval(scraping);
  await scraped;
  for (const one of running.splice(0)) await one.stop();
  return Object.fromEntries(
    gateways.map(({ role, cpuMs, seconds }) => [role, { cpuMs, seconds }]),
  ) as Measured;
}

function report(): void {
  const requests = ROUNDS * SLICE;
  console.log(`${spans} spans received`);
  compare('CPU a request, ms', ({ cpuMs }) => cpuMs / requests);
  compare('requests a second', ({ seconds }) => requests / seconds);
}

function compare(figure: string, of: (usage: Usage) => number): void {
  const each = (role: Role) => sets.map((set) => of(set[role]));
  const [observed, plain, control] = roles.map(each) as [number[], number[], number[]];
  const unobserved = plain.map((value, set) => (value + control[set]!) / 2);
  const percents = (values: readonly number[], others: readonly number[]) => {
    const ratios = values.map((value, set) => (value / others[set]! - 1) * 100);
    return `${signed(median(ratios))} % (sets: ${ratios.map(signed).join(', ')})`;
  };
  console.log(
    `${figure}: observed ${median(observed).toFixed(3)}, not observed ${median(unobserved).toFixed(3)}`,
  );
  console.log(`  difference ${percents(observed, unobserved)}`);
  console.log(`  by chance ${percents(control, plain)}`);
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
