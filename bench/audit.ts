import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { extractRegistries } from '../cli/commands/extract.js';
import { serve } from '../cli/commands/serve.js';
import { configurationWith } from '../cli/configuration/readConfiguration.js';
import { DemoClient } from '../cli/demo/scenes.js';
import { Gateway } from '../gateway/gateway.js';
import { DisclosureLog } from '../registry-kit/disclosureLog.js';
import { registries } from '../subgraphs/registries.js';
import { generateCity } from '../synthetic-city/generateCity.js';

// `npm run bench:audit` measures the cost of the audit log. One gateway with the default embedded city
// answers 16 concurrent clients, which run in a thread of their own. Windows with and without auditing
// alternate, so that both meet the same machine.

const PERSONS = 5_000;
const CLIENTS = 16;
const PAIRS = 40;
const WINDOW_MS = 500;
const WARM_UP_MS = 6_000;

const PERSON = `query ($id: PersonID!) {
  person(id: $id) { birthYear healthContacts(from: "2014-01-01") { startedAt service { code } diagnosis { code } } }
}`;
const CLIENTELE = '{ persons(first: 10) { nodes { id birthYear } } }';
const PATH =
  'query ($id: PersonID!) { person(id: $id) { servicePath { steps { sector service { code } startedAt } withheld } } }';

/** One request, which every client sends again and again. */
interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
}

type Order = { readonly load: Load } | { readonly milliseconds: number };

if (isMainThread) await main();
else serveOrders();

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'polku-bench-'));
  const [exports, data] = [join(folder, 'exports'), join(folder, 'data')];
  await generateCity({ persons: PERSONS, seed: 1, out: exports });
  await extractRegistries(
    registries.map(({ definition }) => definition.name),
    { source: exports, data, expectedPersons: PERSONS },
  );
  const audit = auditSwitch();
  const configuration = configurationWith({
    data,
    'gateway.port': 0,
    'audit.witness': join(folder, 'witness'),
  });
  const { city } = await serve(configuration, { dev: true });
  const clients = new Worker(new URL(import.meta.url));
  const order = (message: Order): Promise<number> =>
    new Promise((resolve) => {
      clients.once('message', resolve);
      clients.postMessage(message);
    });
  await order({ load: await loadOf(city.url) });
  await order({ milliseconds: WARM_UP_MS });

  const rates: Record<'with' | 'without', number[]> = { with: [], without: [] };
  for (let pair = 0; pair < PAIRS; pair++) {
    for (const audited of pair % 2 === 0 ? [true, false] : [false, true]) {
      audit.on = audited;
      const answers = await order({ milliseconds: WINDOW_MS });
      rates[audited ? 'with' : 'without'].push((answers * 1000) / WINDOW_MS);
    }
  }
  audit.on = true;
  await clients.terminate();
  await city.stop();
  await rm(folder, { recursive: true });

  const [audited, plain] = [median(rates.with), median(rates.without)];
  const spread = (values: readonly number[]) =>
    `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
  console.log(`${CLIENTS} clients, ${PAIRS} windows of ${WINDOW_MS} ms each, answers a second:`);
  console.log(`  without audit  median ${plain.toFixed(0)} (${spread(rates.without)})`);
  console.log(`  with audit     median ${audited.toFixed(0)} (${spread(rates.with)})`);
  const pairs = rates.with.map((rate, pair) => rate / rates.without[pair]!);
  console.log(
    `  audit costs    ${((1 - audited / plain) * 100).toFixed(1)} % of throughput; ${((1 - median(pairs)) * 100).toFixed(1)} % by the median pair`,
  );
}

/** Switches off the gateway's records and the registries' disclosure logs; only a benchmark can do this. */
function auditSwitch(): { on: boolean } {
  const audit = { on: true };
  const [record, append] = [Gateway.prototype.record, DisclosureLog.prototype.append];
  Gateway.prototype.record = function (this: Gateway, ...args) {
    return audit.on ? record.apply(this, args) : Promise.resolve();
  };
  DisclosureLog.prototype.append = function (this: DisclosureLog, ...args) {
    return audit.on ? append.apply(this, args) : Promise.resolve();
  };
  return audit;
}

async function loadOf(url: URL): Promise<Load> {
  const client = new DemoClient(url);
  const requester = { persona: 'doctor', purpose: 'care' };
  const { data } = await client.ask({ ...requester, query: '{ persons(first: 40) { nodes { id } } }' });
  const { nodes } = data!['persons'] as { nodes: { id: string }[] };
  const response = await fetch(new URL('/dev/token', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona: requester.persona }),
  });
  const { token } = (await response.json()) as { token: string };
  return {
    url: String(new URL('/graphql', url)),
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'purpose-of-use': requester.purpose,
      'polku-partial': 'true',
    },
    bodies: nodes.flatMap(({ id }) =>
      [PERSON, CLIENTELE, PATH].map((query) => JSON.stringify({ query, variables: { id } })),
    ),
  };
}

/** The clients' thread: runs the load for a while and reports how many answers came. */
function serveOrders(): void {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  let load: Load | undefined;
  let turn = 0;
  const answer = ({ url, headers, bodies }: Load): Promise<void> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', headers, agent }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`Status ${response.statusCode}`));
        response.resume().once('end', resolve);
      });
      sent.once('error', reject);
      sent.end(bodies[turn++ % bodies.length]);
    });
  parentPort!.on('message', async (order: Order) => {
    if ('load' in order) {
      load = order.load;
      return parentPort!.postMessage(0);
    }
    const end = Date.now() + order.milliseconds;
    let answers = 0;
    const client = async () => {
      while (Date.now() < end) {
        await answer(load!);
        answers += 1;
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    parentPort!.postMessage(answers);
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
