import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Secrets } from '../cli/runtime/secrets.js';
import { ConnectionPool } from '../federation/http/connectionPool.js';
import { Domains, unseal } from '../gateway/pseudonyms.js';
import { parseDay } from '../lib/calendar.js';
import { packageRoot } from '../lib/packageRoot.js';
import type { FamilyKey } from '../schema/keys.js';
import { runMeasured } from './city/measuredProcess.js';
import { handWrittenPaths } from './familyPath/handWritten.js';
import { type RunningPeer, startServer } from './gateways/processes.js';

// Compares the cost of a family's path in all of Polku (over HTTP, with identity, both tiers of policy,
// sealing and audit) with a function that reads the same columns, merges and writes JSON: npm run
// bench:family -- [--persons 2000] [--rounds 9]
// Polku is a process of its own, and only its CPU time counts. Its windows alternate with those of the
// function; figures are medians.

const FROM = '2012-01-01';
const MY_FAMILIES = '{ persons(first: 100) { nodes { families { family { id } } } } }';
const FAMILY_PATH = `query FamilyPath($id: FamilyID!) {
  family(id: $id) {
    members { role person { birthYear sex { code } } }
    servicePath(from: "${FROM}") { steps { sector service { code } startedAt endedAt contacts person { id } } withheld }
  }
}`;
const requester = { persona: 'family-team', purpose: 'child-protection', recipient: 'family-services' };
const CONCURRENCY = 4;
const WARM_UP = 3000;
const WINDOW = 300;
/** Rounds of the function for one of Polku, because the function takes microseconds. */
const REPEATS = 20;

const { values: options } = parseArgs({
  options: { persons: { type: 'string', default: '2000' }, rounds: { type: 'string', default: '9' } },
});

interface Family {
  readonly id: string;
  readonly key: FamilyKey;
}

interface Answer {
  readonly data: {
    readonly family: {
      readonly members: readonly unknown[];
      readonly servicePath: {
        readonly steps: readonly { readonly sector: string; readonly contacts: number }[];
      };
    };
  };
}

const folder = await mkdtemp(join(tmpdir(), 'polku-bench-'));
const [exports, data] = [join(folder, 'exports'), join(folder, 'data')];
const polku = join(packageRoot(), 'dist', 'cli', 'main.js');
try {
  await runMeasured([polku, 'city', 'generate', '--persons', options.persons, '--out', exports]);
  await runMeasured([polku, 'extract', '--all', '--source', exports, '--data', data]);
  const served = await startServer('polku', (port) => ({
    script: polku,
    args: ['serve', '--dev', '--data', data, '--port', String(port)],
    env: {},
  }));
  try {
    await measure(served);
  } finally {
    await served.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(served: RunningPeer): Promise<void> {
  const ask = await askerOf(served.url);
  const byHand = await handWrittenPaths(data, parseDay(FROM)!);
  const families = await familiesToRead(ask, byHand);
  const load = async (count: number) => {
    let left = count;
    const one = async () => {
      while (left-- > 0) await ask(FAMILY_PATH, { id: families[left % families.length]?.id });
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, one));
  };
  let bytes = 0;
  const compute = (count: number) => {
    for (let turn = 0; turn < count; turn++) bytes += byHand(families[turn % families.length]!.key).length;
  };
  await load(WARM_UP);
  compute(WARM_UP * REPEATS);
  const [whole, floor]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(options.rounds); round++) {
    const before = await served.usage();
    await load(WINDOW);
    whole.push(((await served.usage()).cpuMs - before.cpuMs) / WINDOW);
    const began = process.cpuUsage();
    compute(WINDOW * REPEATS);
    const { user, system } = process.cpuUsage(began);
    floor.push((user + system) / 1000 / WINDOW / REPEATS);
  }
  const [own, hand] = [median(whole), median(floor)];
  console.log(
    `${families.length} families, ${Math.round(bytes / ((WARM_UP + WINDOW * whole.length) * REPEATS))} bytes an answer`,
  );
  console.log(
    `CPU a request, ms: Polku over HTTP ${own.toFixed(3)}, by hand ${hand.toFixed(3)}: ${(own / hand).toFixed(1)} times`,
  );
}

type Ask = (query: string, variables: object) => Promise<string>;

async function askerOf(url: string): Promise<Ask> {
  const response = await fetch(`${url}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona: requester.persona }),
  });
  const { token } = (await response.json()) as { token: string };
  const pool = new ConnectionPool(new URL('/graphql', url), {
    connections: CONCURRENCY,
    bodyBytes: 2 ** 24,
    timeoutMs: 60_000,
  });
  const fields = `content-type: application/json\r\nauthorization: Bearer ${token}\r\npurpose-of-use: ${requester.purpose}\r\n`;
  return async (query, variables) => {
    const body = JSON.stringify({ query, variables });
    const text = await pool.post(fields, body, undefined);
    if (text.includes('"errors":')) throw new Error(text.slice(0, 500));
    return text;
  };
}

/** Families whose data the requester may see completely, so that both do the same work. */
async function familiesToRead(ask: Ask, byHand: (family: FamilyKey) => string): Promise<Family[]> {
  const { recipient, purpose } = requester;
  const domains = new Domains(await new Secrets(join(data, 'secrets')).domain());
  const domain = domains.domain({ recipient, purpose, permit: undefined, epoch: '1' });
  const { data: page } = JSON.parse(await ask(MY_FAMILIES, {})) as {
    data: { persons: { nodes: { families: { family: { id: string } }[] | null }[] } };
  };
  const ids = new Set(
    page.persons.nodes.flatMap(({ families }) => families ?? []).map(({ family }) => family.id),
  );
  const same: Family[] = [];
  for (const id of ids) {
    const key = unseal(domain, 'FamilyID', id) as FamilyKey;
    const [answered, all] = [await ask(FAMILY_PATH, { id }), byHand(key)].map(contentOf);
    if (answered === all) same.push({ id, key });
  }
  if (same.length === 0) throw new Error(`Of none of ${ids.size} families the whole path is shown.`);
  return same;
}

/** The content of an answer, without the masking and order of dates and ids. */
function contentOf(text: string): string {
  const { members, servicePath } = (JSON.parse(text) as Answer).data.family;
  const steps = servicePath.steps.map(({ sector, contacts }) => `${sector} ${contacts}`).sort();
  return JSON.stringify([members.length, steps]);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
