import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CellNoise, recordKeys } from '../disclosure-control/cellNoise.js';
import { DisclosureControl } from '../disclosure-control/disclosureControl.js';
import { GroupPrices } from '../disclosure-control/groupPrices.js';
import { openLedger } from '../disclosure-control/ledger/ledger.js';
import { parseDay } from '../lib/calendar.js';
import { withMemoryDatabase } from '../lib/duckdb.js';
import { defaultDisclosure } from '../policies/engine/disclosureParameters.js';
import { readFilter } from '../registry-kit/criteria/groupFilter.js';
import { commonPaths } from '../subgraphs/cohorts/results/commonPaths.js';
import { groupTable } from '../subgraphs/cohorts/results/groupTable.js';
import { cohortSql, familyTypeSql, validAt, joinSnapshots } from '../test/cohorts/cohortSql.js';
import { openCohorts } from '../test/cohorts/openCohorts.js';
import { multiplyCity } from './cohorts/multiplyCity.js';

// Measures how fast groups are counted: npm run bench:cohorts -- <data folder> [copies]. DuckDB answers
// the same questions in SQL, over the joined snapshots in its memory, alternately in the same run: a busy
// machine slows both. With a number of copies, the city is multiplied, each person under a key of their
// own.

const ROUNDS = 5;
const YEARS = Array.from({ length: 15 }, (_, index) => 2002 + index);

/** Of three registries, with two thresholds. */
const threeRegistries = {
  all: [
    { healthContacts: { services: ['T21', 'T22', 'T60'], atLeast: 4, from: parseDay('2008-01-01') } },
    { childProtection: { steps: ['notification'], atLeast: 2 } },
    { enrolments: {} },
  ],
};
/** A tenth of the people. */
const manyMembers = { healthContacts: { services: ['T60'], atLeast: 3 } };
const DIMENSIONS = ['familyType', 'ageBand', 'district'] as const;
const TABLE_YEAR = 2014;
const PERIOD = ['2010-01-01', '2016-12-31'] as const;

const [given, copies = '1'] = process.argv.slice(2);
if (given === undefined || !(Number(copies) >= 1)) {
  console.error(
    'Expected a data folder, and how many times the city is taken: npm run bench:cohorts -- data 4',
  );
  process.exit(2);
}
const folder = await mkdtemp(join(tmpdir(), 'polku-cohorts-'));
try {
  const data = Number(copies) > 1 ? join(folder, 'data') : given;
  if (data !== given) await multiplyCity(given, Number(copies), data);
  await measure(data);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(data: string): Promise<void> {
  const secret = Buffer.alloc(32, 7);
  const noise = new CellNoise(secret);
  const ledger = await openLedger(folder, noise);
  const control = new DisclosureControl(noise, ledger);
  const cohorts = await openCohorts(data, {
    answer: (question) => control.answer(question),
    form: (group) => control.form(group),
    prices: new GroupPrices(ledger),
    recordKeys: (bound) => recordKeys(secret, bound),
    parameters: () => ({ ...defaultDisclosure, questions: 100_000 }),
  });
  await withMemoryDatabase(async (connection) => {
    await joinSnapshots(connection, data, 'TABLE');
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
    const [[persons], [contacts]] = [
      await rows('SELECT count(*) FROM population_persons'),
      await rows(
        `SELECT ${['health', 'social', 'education'].map((name) => `(SELECT count(*) FROM ${name}_contacts)`).join(' + ')}`,
      ),
    ];
    console.log(`${persons} people, ${contacts} contacts\n`);

    // Noise, ledger and disk are part of the time: a client waits for them, too. The gateway is not.
    const sizeByYear = async () => {
      const group = await cohorts.group(threeRegistries);
      await groupTable(group, await group.requester('planning', 'any'), ['year'], YEARS);
      return group.members.size;
    };
    const members = cohortSql(readFilter(threeRegistries));
    const sizeByYearSql = `SELECT ${YEARS.map((year) => `count(*) FILTER (${validAt(year, 'r.')})`).join()} FROM (${members}) m JOIN population_residences r ON r.subject = m.subject`;

    const paths = async () => {
      const group = await cohorts.group(manyMembers);
      const sectors = await cohorts.sectors(group.members, ...PERIOD);
      await commonPaths(group.members, sectors, await group.requester('planning', 'any'), {
        first: 20,
        steps: 3,
        gaps: false,
      });
      return group.members.size;
    };

    await report('size by year, three registries, two thresholds', sizeByYear, () => rows(sizeByYearSql));
    const threeDimensions = async () => {
      const group = await cohorts.group({ all: [] });
      await groupTable(group, await group.requester('planning', 'any'), DIMENSIONS, [TABLE_YEAR]);
      return group.members.size;
    };

    await report('common paths of three episodes', paths, () =>
      rows(pathsSql(cohortSql(readFilter(manyMembers)))),
    );
    await report('everybody by family type, age and district, with all totals', threeDimensions, () =>
      rows(cubeSql()),
    );
  });
  await ledger.close();
}

async function report(what: string, own: () => Promise<number>, sql: () => Promise<unknown>): Promise<void> {
  const times: Record<'own' | 'sql', Time[]> = { own: [], sql: [] };
  let longest = 0;
  let size = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    let waited = 0;
    const ownTime = await timeOf(async () => {
      const watch = watchDelays();
      size = await own();
      waited = watch();
    });
    const sqlTime = await timeOf(sql);
    // The first round warms up.
    if (round === 0) continue;
    longest = Math.max(longest, waited);
    times.own.push(ownTime);
    times.sql.push(sqlTime);
  }
  const [ours, theirs] = [median(times.own), median(times.sql)];
  const ratio = (of: keyof Time) => (ours[of] / theirs[of]).toFixed(2);
  const tell = ({ wall, cpu }: Time) => `${wall.toFixed(0)} ms (${cpu.toFixed(0)} ms CPU)`;
  console.log(`${what}: ${size} people`);
  console.log(`  Polku ${tell(ours)}, DuckDB ${tell(theirs)}, ratio ${ratio('wall')} (CPU ${ratio('cpu')})`);
  console.log(`  nothing else in the process waited longer than ${longest.toFixed(0)} ms`);
}

/**
 * Measures how long other work in the process waits for its turn; the result is in milliseconds, on request.
 */
function watchDelays(): () => number {
  let [last, longest] = [performance.now(), 0];
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  return () => {
    clearInterval(timer);
    look();
    return longest;
  };
}

/** Milliseconds: wall clock, and CPU time of all processors together. */
interface Time {
  readonly wall: number;
  readonly cpu: number;
}

async function timeOf(run: () => Promise<unknown>): Promise<Time> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - began, cpu: (user + system) / 1000 };
}

function median(times: readonly Time[]): Time {
  const middle = (of: keyof Time) => times.map((time) => time[of]).sort((a, b) => a - b)[times.length >> 1]!;
  return { wall: middle('wall'), cpu: middle('cpu') };
}

/**
 * The same paths in SQL: episodes by the last day before, the first three of each person, and how many have
 * them.
 */
function pathsSql(members: string): string {
  const contacts = ['health', 'social', 'education']
    .map(
      (name, sector) =>
        `SELECT subject, ${sector} AS sector, service, "start", coalesce("end", "start") AS last FROM ${name}_contacts
         WHERE "start" BETWEEN DATE '${PERIOD[0]}' AND DATE '${PERIOD[1]}'`,
    )
    .join(' UNION ALL ');
  return `WITH members AS MATERIALIZED (${members}),
    contacts AS (SELECT c.* FROM (${contacts}) c JOIN members USING (subject)),
    before AS (SELECT *, max(last) OVER (PARTITION BY subject, sector, service ORDER BY "start"
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until FROM contacts),
    episodes AS (SELECT subject, sector, service, "start" FROM before WHERE until IS NULL OR "start" - until > 90),
    first AS (SELECT *, row_number() OVER (PARTITION BY subject ORDER BY "start", sector, service) AS step FROM episodes QUALIFY step <= 3),
    paths AS (SELECT subject, string_agg(sector || service, ' ' ORDER BY step) AS path FROM first GROUP BY subject)
    SELECT path, count(*) AS n FROM members LEFT JOIN paths USING (subject) GROUP BY path ORDER BY n DESC LIMIT 20`;
}

/** The same table in SQL: everybody who lived in the city at the end of the year. */
function cubeSql(): string {
  return `SELECT type, band, district, count(*) FROM (
      SELECT ${familyTypeSql(TABLE_YEAR)} AS type, least((${TABLE_YEAR} - year(p.birth)) // 5, 17) AS band, r.district
      FROM population_persons p JOIN population_residences r ON r.subject = p.subject AND ${validAt(TABLE_YEAR, 'r.')})
    GROUP BY CUBE (type, band, district)`;
}
