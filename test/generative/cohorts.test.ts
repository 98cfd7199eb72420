/**
 * @property groups/objections People who objected are in no group, neither of those who use a service nor of
 * those who do not.
 * @enforcedBy registry-kit/enforcement/guardGroup.ts, subgraphs/cohorts/group/evaluate.ts
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDay } from '../../lib/calendar.js';
import { withMemoryDatabase } from '../../lib/duckdb.js';
import { NO_PARTIAL_DAY, partialDay } from '../../lib/partialDate.js';
import { NO_DAY } from '../../registry-kit/columns/table.js';
import { readFilter } from '../../registry-kit/criteria/groupFilter.js';
import { type DimensionName, dimensionNames } from '../../subgraphs/cohorts/group/populationColumns.js';
import { commonPaths } from '../../subgraphs/cohorts/results/commonPaths.js';
import { groupTable } from '../../subgraphs/cohorts/results/groupTable.js';
import { waitingSets } from '../../subgraphs/cohorts/results/serviceUse.js';
import { mergeEpisodes, type SectorContacts } from '../../subgraphs/paths/episodes.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  cohortSql,
  familyTypeSql,
  hiddenFamily,
  hiddenPlace,
  joinSnapshots,
  validAt,
} from '../cohorts/cohortSql.js';
import { randomFilter, rewritings } from '../cohorts/filterArbitrary.js';
import { openCohorts, type OpenCohorts } from '../cohorts/openCohorts.js';

/** About the residence `r` of the person `p` at the end of a year. */
const categorySql: Readonly<Record<DimensionName, (year: number) => string>> = {
  year: (year) => String(year),
  sex: () => 'p.sex',
  district: () => 'r.district',
  ageBand: (year) => {
    const age = `(${year} - year(p.birth))`;
    const band = `${age} // 5 * 5`;
    return `CASE WHEN ${age} >= 85 THEN '85-' WHEN ${age} >= 0 THEN concat(${band}, '-', ${band} + 4) END`;
  },
  familyType: (year) => familyTypeSql(year),
};

/** The code of a coding, or the plain value. */
function plain(value: unknown): string {
  return String(typeof value === 'object' ? (value as { code: string }).code : value);
}

describe('groups before protection', () => {
  let city: TestCity;
  let cohorts: OpenCohorts;

  beforeAll(async () => {
    city = await makeCity();
    cohorts = await openCohorts(city.data);
  });
  afterAll(() => city?.remove());

  it('have the same members as SQL over the joined snapshots', async () => {
    const sizes: number[] = [];
    await withMemoryDatabase(async (connection) => {
      await joinSnapshots(connection, city.data, 'TABLE');
      await fc.assert(
        fc.asyncProperty(randomFilter, async (where) => {
          const { members } = await cohorts.group(where);
          const found = await connection.runAndReadAll(`${cohortSql(readFilter(where))} ORDER BY 1`);
          expect([...members.keys]).toEqual(found.getRows().map(([subject]) => Number(subject)));
          sizes.push(members.size);
        }),
        { numRuns: 100, endOnFailure: true },
      );
    });
    // If all groups were empty, or held everybody, equality would prove little.
    expect(sizes.filter((size) => size > 0 && size < 1500).length).toBeGreaterThan(20);
  });

  it('are the same for equivalent filters', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomFilter,
        fc.array(fc.constantFrom(...rewritings), { minLength: 20, maxLength: 20 }),
        async (where, steps) => {
          const plain = [...(await cohorts.group(where)).members.keys];
          let rewritten = where;
          for (const [step, rewrite] of steps.entries()) {
            rewritten = step % 3 === 0 ? rewrite(where) : rewrite(rewritten);
            expect([...(await cohorts.group(rewritten)).members.keys]).toEqual(plain);
          }
        },
      ),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it('have the same counts as SQL, by any three dimensions', async () => {
    const question = fc.record({
      by: fc.subarray([...dimensionNames], { minLength: 1, maxLength: 3 }),
      year: fc.integer({ min: 2004, max: 2016 }),
    });
    await withMemoryDatabase(async (connection) => {
      await joinSnapshots(connection, city.data, 'TABLE');
      const group = await cohorts.group({ age: { between: { from: 0, until: 50 }, atEndOf: 2010 } });
      await fc.assert(
        fc.asyncProperty(question, async ({ by, year }) => {
          const { cells } = await groupTable(group, await group.requester('planning', 'any'), by, [year]);
          const shown = cells
            .filter((cell) => cell.count && by.every((name) => cell[name] !== null))
            .map((cell) => [...by.map((name) => plain(cell[name])), cell.count]);
          const names = by.map((name) => `${categorySql[name](year)} AS "${name}"`);
          // Home and household of people under non-disclosure are not shown.
          const conditions = [
            ...(by.includes('district') ? [hiddenPlace] : []),
            ...(by.includes('familyType') ? [hiddenFamily] : []),
          ].map((untold) => `AND NOT ${untold}`);
          const sql = `SELECT ${by.map((name) => `"${name}"`).join()}, count(*)::INTEGER FROM (
            SELECT ${names.join()} FROM population_persons p
            JOIN population_residences r ON r.subject = p.subject AND ${validAt(year, 'r.')}
            WHERE 2010 - year(p.birth) BETWEEN 0 AND 50 ${conditions.join(' ')})
            WHERE ${by.map((name) => `"${name}" IS NOT NULL`).join(' AND ')} GROUP BY ALL`;
          const counted = (await connection.runAndReadAll(sql)).getRows();
          const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row.join()).sort();
          expect(sorted(shown)).toEqual(sorted(counted));
        }),
        { numRuns: 25, endOnFailure: true },
      );
    });
  });

  it('have the same paths as merging contacts into episodes', async () => {
    const { members } = await cohorts.group({ healthContacts: { services: ['T21', 'T60'] } });
    const sectors = await cohorts.sectors(members, '2008-01-01', '2012-12-31');
    const contacts = sectors.map(
      ({ registry, services, firstService, contacts: { person, day, end, service } }): SectorContacts => ({
        sector: registry,
        person,
        service: Array.from(service, (number) => services[number - firstService]!),
        startedAt: day.map((started) => partialDay(started, 'day')),
        endedAt: end.map((ended) => (ended === NO_DAY ? NO_PARTIAL_DAY : partialDay(ended, 'day'))),
        unit: Array.from(person, () => null),
      }),
    );
    expect(contacts[0]!.person.length).toBeGreaterThan(1000);
    const rank = new Map(sectors.map(({ registry }, index) => [registry, index]));
    const begun = mergeEpisodes(contacts, () => true).toSorted(
      (a, b) =>
        a.startedAt - b.startedAt ||
        rank.get(a.sector)! - rank.get(b.sector)! ||
        (a.service! < b.service! ? -1 : 1),
    );
    const pathOf = new Map([...members.keys].map((person) => [person, '']));
    const length = new Map<number, number>();
    for (const { person, service } of begun) {
      const steps = length.get(person) ?? 0;
      if (steps < 3) pathOf.set(person, `${pathOf.get(person)} ${service}`);
      length.set(person, steps + 1);
    }
    const counts = new Map<string, number>();
    for (const path of pathOf.values()) counts.set(path, (counts.get(path) ?? 0) + 1);

    const group = await cohorts.group({ all: [] });
    const requester = await group.requester('planning', 'any');
    const found = await commonPaths(members, sectors, requester, { first: 100, steps: 3, gaps: false });
    expect(found.members).toBe(members.size);
    expect(found.paths.length).toBe(100);
    for (const { steps, persons } of found.paths)
      expect([steps, persons]).toEqual([
        steps,
        counts.get(steps.map(({ service }) => ` ${plain(service)}`).join('')),
      ]);
    const most = [...counts.values()].sort((a, b) => b - a).slice(0, 100);
    expect(found.paths.map(({ persons }) => persons)).toEqual(most);
    const second = found.transitions.filter(({ step }) => step === 1);
    const edges = [...pathOf.values()].filter((path) => path.split(' ').length > 2).length;
    expect(second.reduce((sum, { persons }) => sum + persons, 0)).toBe(edges);
  });

  it('have the same waiting times as a direct computation', async () => {
    const where = { childProtection: {} };
    const group = await cohorts.group({
      all: [
        where,
        { sequence: { first: { healthContacts: {} }, next: { childProtection: {} }, withinMonths: 600 } },
      ],
    });
    const events = (criterion: string) => group.facts.events({ kind: 'criterion', criterion, arguments: {} });
    const [from, event] = [events('healthContacts'), events('childProtection')];
    const until = parseDay('2013-06-30')!;
    const intervals = { number: 6, months: 12 };
    const lastYears = await group.population.lastYears();
    const sets = await waitingSets(group.members, { from, event }, lastYears, until, intervals);

    const daysOf = ({ person, day }: typeof from, key: number) =>
      [...day].filter((_, row) => person[row] === key);
    for (const key of [...group.members.keys].slice(0, 60)) {
      const [began] = daysOf(from, key);
      const happened = daysOf(event, key).find((day) => day > began!) ?? Infinity;
      const lastYear = lastYears[key]!;
      const left = lastYear === 9999 ? Infinity : (parseDay(`${lastYear}-12-31`) ?? 0);
      const seen = Math.min(until, left);
      for (let interval = 0; interval < intervals.number; interval++) {
        const [starts, ends] = [interval, interval + 1].map((years) => began! + years * 12 * 30.436_875);
        const waits = seen >= began! && Math.min(happened, seen) >= starts!;
        expect(sets.atRisk[interval]!.has(key)).toBe(waits);
        const within = happened >= starts! && happened < ends! && happened <= seen;
        expect(sets.events[interval]!.has(key)).toBe(within);
      }
    }
    expect(sets.events[0]!.size).toBeGreaterThan(0);
  });

  it('C07: count who still waited after the last interval, however many intervals are requested', async () => {
    const sequence = { first: { healthContacts: {} }, next: { childProtection: {} }, withinMonths: 600 };
    const group = await cohorts.group({ sequence });
    const events = (criterion: string) => group.facts.events({ kind: 'criterion', criterion, arguments: {} });
    const lastYears = await group.population.lastYears();
    const waiting = (number: number) =>
      waitingSets(
        group.members,
        { from: events('healthContacts'), event: events('childProtection') },
        lastYears,
        parseDay('2013-06-30')!,
        { number, months: 12 },
      );
    const [two, four] = [await waiting(2), await waiting(4)];
    expect(two.atRisk.map(({ size }) => size)).toEqual(four.atRisk.slice(0, 3).map(({ size }) => size));
    expect(two.atRisk[2]!.equals(four.atRisk[2]!)).toBe(true);
    expect(two.atRisk[2]!.size).toBeGreaterThan(0);
  });
});
