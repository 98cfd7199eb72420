import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secrets } from '../cli/runtime/secrets.js';
import { openAuditLog } from '../gateway/audit/auditLog.js';
import { type AuditRecord, PersonDigests } from '../gateway/audit/auditRecord.js';
import { packageRoot } from '../lib/packageRoot.js';
import { type ProcessFigures, runMeasured } from './city/measuredProcess.js';

// `npm run prove:restore -- [persons]` generates a city, extracts it, writes an audit log with a record for
// each person, backs everything up, restores it and verifies the restored log. It ends with exit code 1 if a
// step fails, or if the restore takes longer than its goal.

const GOAL_SECONDS = 300;
const polku = join(packageRoot(), 'dist', 'cli', 'main.js');

const persons = Number(process.argv[2] ?? 20_000);
if (!Number.isInteger(persons) || persons < 1) {
  console.error('Expected a number of people, such as: npm run prove:restore -- 520000');
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), 'polku-restore-'));
const at = (name: string) => join(folder, name);
try {
  await step('generate', ['city', 'generate', '--persons', String(persons), '--out', at('exports')]);
  await step('extract', ['extract', '--all', '--source', at('exports'), '--data', at('data')]);
  await step('serve', ['serve', '--dev', '--data', at('data'), '--port', '0'], /Polku serves/);
  await writeLog(at('data'));
  const { output } = await step('make a key', ['backup', 'key', at('key')]);
  const to = ['--data', at('data'), '--to', at('backup'), '--recipient', output.trim()];
  await step('back up', ['backup', ...to, '--with-linkage-secret']);
  console.log(`  the backup has ${megabytesOf((await stat(at('backup'))).size)} MB`);
  const from = ['restore', at('backup'), '--identity', at('key')];
  const witness = ['--audit-witness', at('witness')];
  const restored = await step('restore', [...from, ...witness, '--data', at('restored')]);
  await step('verify the log', ['audit', 'verify', '--data', at('restored'), '--witness', at('witness')]);
  await step('serve again', ['serve', '--dev', '--data', at('restored'), '--port', '0'], /Polku serves/);
  const isFast = restored.seconds <= GOAL_SECONDS;
  console.log(`The restore took ${restored.seconds.toFixed(1)} s; the goal is ${GOAL_SECONDS} s.`);
  if (!isFast) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Runs a command in a process of its own, and prints what it used. */
async function step(name: string, words: readonly string[], until?: RegExp): Promise<ProcessFigures> {
  const figures = await runMeasured([polku, ...words], until ? { until } : {});
  const memory = `${megabytesOf(figures.peakBytes)} MB at most`;
  console.log(`${name}: ${figures.seconds.toFixed(1)} s, ${memory}`);
  return figures;
}

/** Continues the audit log of a gateway with one record about each person. */
async function writeLog(data: string): Promise<void> {
  const secrets = new Secrets(join(data, 'secrets'));
  const digests = PersonDigests.ofVersions(await secrets.audit());
  const log = await openAuditLog(data, {
    writer: 'gateway',
    signingKey: await secrets.auditKey(),
    witness: at('witness'),
  });
  const batch = 1_000;
  for (let first = 0; first < persons; first += batch) {
    const people = Array.from({ length: Math.min(batch, persons - first) }, (_, index) => first + index);
    await Promise.all(people.map((person) => log.append(recordOf(digests.of(person)))));
  }
  await log.close();
}

function recordOf(person: string): AuditRecord {
  return {
    time: new Date().toISOString(),
    decisionId: person,
    recipient: 'health-services',
    subject: 'somebody',
    roles: ['clinician'],
    permit: undefined,
    purpose: 'care',
    revision: 'a'.repeat(64),
    operation: { hash: 'b'.repeat(64), name: 'Contacts' },
    coordinates: ['Query.person', 'Person.birthYear', 'Person.healthContacts', 'HealthContact.startedAt'],
    masked: [],
    withheld: [],
    people: [person],
    fetches: { population: 1, health: 1 },
    carried: { health: ['Person.key'] },
    refusedFetch: undefined,
    breakGlass: undefined,
    outcome: 'answered',
    codes: [],
    lookups: undefined,
    milliseconds: 3,
  };
}

function megabytesOf(bytes: number): string {
  return Math.ceil(bytes / 1e6).toLocaleString('en');
}
