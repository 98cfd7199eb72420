import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { draftFolder } from '../approvals/policy-revisions/draftRevision.js';
import { signPayload } from '../approvals/personKey.js';
import { writeRevision } from '../approvals/policy-revisions/revision.js';
import { demoLogin } from '../cli/runtime/identity.js';
import { Secrets } from '../cli/runtime/secrets.js';
import { loginDomain } from '../gateway/identity/bearerToken.js';
import { Domains, unseal } from '../gateway/pseudonyms.js';
import { packageRoot } from '../lib/packageRoot.js';
import type { PersonKey } from '../schema/keys.js';
import { FAMILY_TEAM, startIssuer, type TestIssuer } from '../test/city/productionCity.js';
import { signedPolicies, type SignedPolicies } from '../test/city/signedPolicies.js';
import { runMeasured } from './city/measuredProcess.js';
import type { Order, Spoils } from './fairness/attackers.js';
import { type Attack, attacks, type Loot, RESIDENT } from './fairness/attacks.js';
import { caller } from './fairness/caller.js';
import { writeLongAuditLog } from './fairness/longAuditLog.js';

// Measures whether one caller delays another:
// npm run bench:fairness -- [--data <folder>] [--persons 20000] [--seconds 20] [--only G02]
// A gateway in production mode is a process of its own. A family team worker requests paths of families at
// a fixed rate, whether or not earlier requests are answered, so that no delay hides behind another: first
// alone, then during each attack of one other caller. The exit code is 1 when the 99th percentile is more
// than 100 ms above the value without an attack.

/** Maximum delay of the 99th percentile by an attack. */
const GOAL_MS = 100;
const ATTACKERS_AT_ONCE = 16;
/** Milliseconds between two questions of the family team worker. */
const EVERY_MS = 50;
const LOG_BYTES = 200_000_000;
const EPOCH = '1';
const FAMILIES = '{ persons(first: 50) { nodes { families { family { id } } } } }';
const FAMILY_PATH = `query FamilyPath($id: FamilyID!) {
  family(id: $id) {
    members { role person { birthYear sex { code } } }
    servicePath(from: "2012-01-01") { steps { sector service { code } startedAt endedAt contacts person { id } } withheld }
  }
}`;

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    persons: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '20' },
    only: { type: 'string', default: '' },
  },
});

const polku = join(packageRoot(), 'dist', 'cli', 'main.js');
const folder = await mkdtemp(join(tmpdir(), 'polku-bench-'));
const issuer = await startIssuer();
const signed = await signedPolicies();
try {
  await signed.first();
  const data = options.data ?? (await makeCity());
  const person = await residentOf(data);
  await writeLongAuditLog(data, person.key, LOG_BYTES);
  const gateway = await startGateway(data);
  try {
    process.exitCode = (await measureAll(gateway.url, person.id)) ? 0 : 1;
  } finally {
    await gateway.stop();
  }
} finally {
  issuer.close();
  await signed.remove();
  await rm(folder, { recursive: true, force: true });
}

async function makeCity(): Promise<string> {
  const [exports, data] = [join(folder, 'exports'), join(folder, 'data')];
  await runMeasured([polku, 'city', 'generate', '--persons', options.persons, '--out', exports]);
  await runMeasured([polku, 'extract', '--all', '--source', exports, '--data', data]);
  return data;
}

/** A person who can log in, with their key inside Polku. */
async function residentOf(data: string): Promise<{ readonly id: string; readonly key: PersonKey }> {
  const secrets = new Secrets(join(data, 'secrets'));
  const id = (await demoLogin(data, secrets, EPOCH)())!;
  const key = unseal(loginDomain(new Domains(await secrets.domain()), EPOCH), 'PersonID', id);
  return { id, key: key as PersonKey };
}

async function startGateway(data: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    [
      polku,
      'serve',
      ...['--data', data, '--port', '0', '--policies-from', signed.store, '--owners', signed.owners],
      ...['--issuer', issuer.issuer, '--jwks', issuer.jwks, '--epoch', EPOCH],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const found = /https?:\/\/[^\s]+(?=graphql)/.exec(output)?.[0];
      if (found) resolve(found);
    });
    void ended.then(() => reject(new Error(`The gateway does not start: ${output}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** @returns whether every figure is within the goal */
async function measureAll(url: string, resident: string): Promise<boolean> {
  const token = await tokenOf({ ...FAMILY_TEAM, sub: 'family-team-worker' }, issuer);
  const ask = caller(url, { token, purpose: FAMILY_TEAM.purposes[0]! });
  const { data } = JSON.parse((await ask({ query: FAMILIES })).text) as {
    data: { persons: { nodes: { families: { family: { id: string } }[] | null }[] } };
  };
  const families = data.persons.nodes.flatMap((node) => node.families ?? []).map(({ family }) => family.id);
  const loot: Loot = { families, proposal: await proposalBy(signed) };
  const measure = () =>
    latencies(
      Number(options.seconds) * 1_000,
      (id) => ask({ query: FAMILY_PATH, variables: { id } }),
      families,
    );

  await measure();
  const alone = figuresOf(await measure());
  console.log(`${options.persons} people; a family's path every ${EVERY_MS} ms; milliseconds\n`);
  console.log(row('', 'p50', 'p99', 'max', 'p99 / alone', 'requests', 'outcomes of the attack'));
  console.log(row('alone', ...printed(alone), '', '', ''));
  let good = true;
  for (const attack of attacks.filter(({ name }) => name.startsWith(options.only))) {
    const attacker = await attackBy(attack, url, resident, loot);
    await sleep(1_000);
    const during = figuresOf(await measure());
    const { requests, outcomes } = await attacker.stop();
    const came = Object.entries(outcomes).map(([outcome, count]) => `${count} x ${outcome}`);
    const ratio = (during.p99 / alone.p99).toFixed(1);
    console.log(row(attack.name, ...printed(during), ratio, String(requests), came.join(', ')));
    good &&= during.p99 - alone.p99 <= GOAL_MS;
  }
  return good;
}

/** Sends requests at a fixed rate. The time counts from when the request was due. */
async function latencies(
  milliseconds: number,
  ask: (family: string) => Promise<{ readonly status: number; readonly text: string }>,
  families: readonly string[],
): Promise<number[]> {
  const began = performance.now();
  const asked: Promise<number>[] = [];
  for (let at = 0; at < milliseconds; at += EVERY_MS) {
    await sleep(Math.max(0, began + at - performance.now()));
    asked.push(
      ask(families[asked.length % families.length]!).then(({ status, text }) => {
        if (status !== 200 || text.includes('"errors"'))
          throw new Error(`Not answered: ${text.slice(0, 300)}`);
        return performance.now() - began - at;
      }),
    );
  }
  return Promise.all(asked);
}

async function attackBy(
  { name, claims }: Attack,
  url: string,
  resident: string,
  loot: Loot,
): Promise<{ stop(): Promise<Spoils> }> {
  const person = claims === RESIDENT ? { person: resident } : {};
  const order: Order = {
    url,
    attack: name,
    token: await tokenOf({ ...claims, ...person, sub: 'attacker' }, issuer),
    purpose: claims.purposes[0]!,
    atOnce: ATTACKERS_AT_ONCE,
    loot,
  };
  const worker = new Worker(join(packageRoot(), 'dist/bench/fairness/attackers.js'), { workerData: order });
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        worker.once('message', (spoils: Spoils) => void worker.terminate().then(() => resolve(spoils)));
        worker.once('error', reject);
        worker.postMessage('stop');
      }),
  };
}

function tokenOf(claims: Readonly<Record<string, unknown>>, { token }: TestIssuer): Promise<string> {
  return token(claims);
}

/** A policy with 16,000 unknown keys, as one person of its owner has drafted and signed it. */
async function proposalBy({ revisionService, key, sources }: SignedPolicies): Promise<Loot['proposal']> {
  const keys = Array.from({ length: 16_000 }, (_, number) => `unknown${number}: 1`).join('\n');
  const changed = await sources('health.yaml', (text) => `${text}\n${keys}\n`);
  const terms = { author: 'health-1', comment: 'because', now: new Date(), days: 30, renew: [] };
  const payload = writeRevision(draftFolder(await revisionService.history(), changed, terms));
  return { payload, person: 'health-1', signature: signPayload(payload, await key('health-1')) };
}

interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

function figuresOf(values: readonly number[]): Figures {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1)! };
}

function printed({ p50, p99, max }: Figures): [string, string, string] {
  return [p50.toFixed(1), p99.toFixed(1), max.toFixed(1)];
}

function row(what: string, ...[p50, p99, max, ratio, requests, outcomes]: readonly string[]): string {
  const numbers = [p50, p99, max, ratio, requests].map((text) => text!.padStart(11));
  return `${what.padEnd(38)}${numbers.join('')}   ${outcomes}`;
}
