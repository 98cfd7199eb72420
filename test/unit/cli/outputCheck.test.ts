import { describe, expect, it } from '@jest/globals';
import { checkTable, concernsOf, describeCheck } from '../../../cli/permit/outputCheck.js';
import type { PermitTable } from '../../../cli/permit/permitTables.js';
import { withMemoryDatabase } from '../../../lib/duckdb.js';

const column = (name: string) => ({
  name,
  coordinate: `Visit.${name}`,
  numeric: false,
  coded: false,
  mask: null,
});
const VISITS: PermitTable = {
  registry: 'health',
  type: 'Visit',
  field: 'visits',
  hasId: false,
  columns: [column('year'), column('area'), column('service')],
};

/** Checks visits, each as person, year, area and service; the year and the area are quasi-identifiers. */
function check(visits: readonly (readonly [string, string | null, string | null, string])[]) {
  return withMemoryDatabase(async (connection) => {
    await connection.run(
      'CREATE TABLE "Visit" (person VARCHAR, year VARCHAR, area VARCHAR, service VARCHAR)',
    );
    const cell = (text: string | null) => (text === null ? 'NULL' : `'${text}'`);
    for (const visit of visits)
      await connection.run(`INSERT INTO "Visit" VALUES (${visit.map(cell).join(', ')})`);
    return checkTable(connection, VISITS, (coordinate) => coordinate !== 'Visit.service');
  });
}

const crowd = (count: number, year: string | null, area: string | null, from = 0) =>
  Array.from({ length: count }, (_, index) => [`p${from + index}`, year, area, 'T1'] as const);

describe('the output check of an extract', () => {
  it('counts rows, persons, and how many persons share each value', async () => {
    const { rows, persons, columns } = await check([
      ...crowd(5, '2015', 'west'),
      ['p0', '2016', 'west', 'T2'],
      ['p0', '2016', 'west', 'T2'],
    ]);
    expect({ rows, persons }).toEqual({ rows: 7, persons: 5 });
    expect(columns['year']).toEqual({ filled: 7, values: 2, smallest: 1, rare: 1 });
    expect(columns['area']).toEqual({ filled: 7, values: 1, smallest: 5, rare: 0 });
    expect(columns['service']).toEqual({ filled: 7, values: 2, smallest: 1, rare: 1 });
  });

  it('finds the smallest class of the quasi-identifiers together, a missing value being a value', async () => {
    const { anonymity } = await check([
      ...crowd(6, '2015', 'west'),
      ...crowd(4, '2015', null, 10),
      ...crowd(1, null, 'west', 20),
    ]);
    expect(anonymity).toEqual({ columns: ['year', 'area'], k: 1, exposed: 5 });
  });

  it('counts each person once, however many rows they have', async () => {
    const { anonymity } = await check([...crowd(4, '2015', 'west'), ...crowd(4, '2015', 'west')]);
    expect(anonymity).toMatchObject({ k: 4, exposed: 4 });
  });

  it('has nothing to say of an empty table, and nothing against large classes', async () => {
    const empty = await check([]);
    expect(empty).toMatchObject({ rows: 0, persons: 0, anonymity: null });
    expect(empty.columns['year']).toEqual({ filled: 0, values: 0, smallest: null, rare: 0 });
    const large = await check(crowd(5, '2015', 'west'));
    expect(concernsOf({ Visit: large })).toEqual([]);
  });

  it('names what is rare and who stands out, and repeats no value', async () => {
    const found = await check([...crowd(5, '2015', 'west'), ['p9', '2016', 'harbour', 'T99']]);
    const concerns = concernsOf({ Visit: found });
    expect(concerns).toHaveLength(4);
    expect(concerns.at(-1)).toBe('Visit: persons who share year, area with fewer than 4 others: 1 (k = 1).');
    const texts = [...concerns, describeCheck({ Visit: found })].join('\n');
    expect(texts).not.toMatch(/harbour|2016|T99|p9/);
  });
});
