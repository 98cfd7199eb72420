import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFilter } from '../../subgraphs/registry/groups/groupFilter.js';
import { withMemoryDatabase } from '../../subgraphs/storage/memoryDatabase.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { cohortSql, joinSnapshots } from '../cohorts/cohortSql.js';
import { randomFilter, rewritings } from '../cohorts/filterArbitrary.js';
import { type OpenCohorts, openCohorts } from '../cohorts/openCohorts.js';

describe('groups before protection', () => {
  let city: TestCity;
  let cohorts: OpenCohorts;

  beforeAll(async () => {
    city = await makeCity();
    cohorts = await openCohorts(city.data);
  });
  afterAll(() => city?.remove());

  it('have the members that SQL over the joined snapshots finds', async () => {
    const sizes: number[] = [];
    await withMemoryDatabase(async (connection) => {
      await joinSnapshots(connection, city.data, 'TABLE');
      await fc.assert(
        fc.asyncProperty(randomFilter, async (where) => {
          const { members } = await cohorts.group(where);
          const found = await connection.runAndReadAll(`${cohortSql(readFilter(where))} ORDER BY 1`);
          expect([...members]).toEqual(found.getRows().map(([subject]) => Number(subject)));
          sizes.push(members.size);
        }),
        { numRuns: 150, endOnFailure: true },
      );
    });
    // Were all groups empty, or everybody, equality would say little.
    expect(sizes.filter((size) => size > 0 && size < 1500).length).toBeGreaterThan(50);
  });

  it('are the same in other words', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomFilter,
        fc.array(fc.constantFrom(...rewritings), { minLength: 20, maxLength: 20 }),
        async (where, steps) => {
          const plain = [...(await cohorts.group(where)).members];
          let rewritten = where;
          for (const [step, rewrite] of steps.entries()) {
            rewritten = step % 3 === 0 ? rewrite(where) : rewrite(rewritten);
            expect([...(await cohorts.group(rewritten)).members]).toEqual(plain);
          }
        },
      ),
      { numRuns: 5, endOnFailure: true },
    );
  });
});
