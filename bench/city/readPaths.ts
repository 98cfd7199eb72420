import { policiesFolder } from '../../cli/options.js';
import { loadPolicy } from '../../cli/runtime/openPolicy.js';
import { parquetRows, withMemoryDatabase } from '../../lib/duckdb.js';
import type { Decision } from '../../policies/engine/decision.js';
import { rowRangeOf } from '../../registry-kit/columns/table.js';
import type { ContactTable } from '../../registry-kit/contacts/contact.js';
import { type ConditionTests, RequestAccess } from '../../registry-kit/enforcement/requestAccess.js';
import { FeedDeclaration, guardFeed } from '../../registry-kit/enforcement/guardFeed.js';
import { contactFeedRows } from '../../registry-kit/feeds/servicePathFeeds.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import type { PersonKey } from '../../schema/keys.js';
import { educationRegistry } from '../../subgraphs/education/tables.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { personPath } from '../../subgraphs/paths/servicePath.js';
import { socialRegistry } from '../../subgraphs/social/tables.js';
import type { PathFigures } from './report.js';

// Reads service paths from the columns of a city, and the same contacts by DuckDB from the snapshot's
// files, alternately. Prints JSON: see PathFigures.

const BATCHES = [1, 30, 1000] as const;
const ROUNDS = 9;
/** Persons read by columns in one round, however large the batch. */
const PERSONS_A_ROUND = 3000;
/** Paths read before the first round, so that the compiler has nothing left to do. */
const WARM_UP = 20 * PERSONS_A_ROUND;
/** What DuckDB answers in one round: it takes milliseconds to look up one person. */
const QUERIES_A_ROUND = 5;

const data = process.argv[2]!;
const sectors = await Promise.all(
  [
    { definition: healthRegistry, type: 'HealthContact' },
    { definition: socialRegistry, type: 'SocialContact' },
    { definition: educationRegistry, type: 'EducationContact' },
  ].map(async ({ definition: { name }, definition, type }) => {
    const { manifest, tables } = await openSnapshot(data, definition);
    const contacts: ContactTable = tables.contacts;
    const lineage = {
      exposes: [`${type}.service`, `${type}.startedAt`],
      optional: [`${type}.endedAt`, `${type}.unit`],
      computes: [],
      aggregates: [],
    };
    const declared = new FeedDeclaration('ServicePath', lineage);
    return {
      name,
      contacts,
      declared,
      file: `${data}/${name}/${manifest.snapshotId}/contacts.parquet`,
    };
  }),
);

const policy = await loadPolicy(policiesFolder);
const decision = policy.decide({ roles: ['family-team-worker'], purpose: 'child-protection' }, new Date());
/** Every person meets every condition, so that everybody has a path. The care tables are not timed here. */
const tests: ConditionTests = {
  subject: new Proxy({}, { get: () => () => true }),
  population: () => () => true,
  record: () => true,
  isShielded: () => false,
  bound: 0,
  sets: new Map(),
  isHidden: () => false,
};

function pathOf(person: PersonKey): number {
  const feeds = sectors.map(({ name, contacts, declared }) => {
    const [from, to] = rowRangeOf(contacts, person);
    const rows = contactFeedRows(contacts, [{ person, from, to }], {});
    const access = new RequestAccess(decision as Decision, tests, { areaOfDistrict: new Map() });
    return [name, guardFeed(rows, declared, access)] as const;
  });
  return personPath(feeds, {}, () => 0).length;
}

await withMemoryDatabase(async (connection) => {
  const columns = (persons: string) =>
    sectors
      .map(
        ({ name, file }) =>
          `SELECT '${name}' AS sector, subject, start, "end", service, unit FROM ${parquetRows(file)} WHERE subject IN (${persons})`,
      )
      .join(' UNION ALL ');
  // DuckDB reads every value, but does not sort or return the rows: objects made of them would slow down
  // the next measurement.
  const byDuckDB = async (persons: readonly PersonKey[]) => {
    const read = await connection.runAndReadAll(
      `SELECT count(*), bit_xor(hash(sector, subject, start, "end", service, unit)) FROM (${columns(persons.join(','))})`,
    );
    return Number(read.getRows()[0]![0]);
  };

  const { offsets } = sectors[0]!.contacts;
  const known: PersonKey[] = [];
  for (let key = 0; key + 1 < offsets.length; key++) if (offsets[key + 1]! > offsets[key]!) known.push(key);
  let turn = 0;
  // A stride that has no factor in common with the number of people, so that neighbours in memory are not
  // read together.
  const next = () => known[(turn = (turn + 7_368_787) % known.length)]!;

  const batches: PathFigures['batches'][number][] = [];
  let steps = 0;
  for (let warm = 0; warm < WARM_UP; warm++) steps += pathOf(next());
  for (const size of BATCHES) {
    const [times, duckTimes]: [number[], number[]] = [[], []];
    const repeats = Math.ceil(PERSONS_A_ROUND / size);
    for (let round = 0; round < ROUNDS; round++) {
      // DuckDB has filled the processor's caches with other data; those of a busy server are warm.
      for (let warm = 0; warm < PERSONS_A_ROUND; warm++) steps += pathOf(next());
      const people = Array.from({ length: repeats }, () => Array.from({ length: size }, next));
      const began = performance.now();
      for (const batch of people) for (const person of batch) steps += pathOf(person);
      times.push((performance.now() - began) / repeats);
      const asked = people.slice(0, QUERIES_A_ROUND);
      const duckBegan = performance.now();
      for (const batch of asked) steps += await byDuckDB(batch);
      duckTimes.push((performance.now() - duckBegan) / asked.length);
    }
    batches.push({ persons: size, columnsMs: median(times), duckdbMs: median(duckTimes) });
  }
  if (steps === 0) throw new Error('No path had a step: nothing was measured.');
  const contacts = sectors.reduce((sum, sector) => sum + sector.contacts.rows, 0);
  const figures: PathFigures = { contactsAPerson: contacts / known.length, batches };
  console.log(JSON.stringify(figures));
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
