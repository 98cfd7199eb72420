import { describe, expect, it } from '@jest/globals';
import { parseDay } from '../../../lib/calendar.js';
import { readCodeLists } from '../../../registry-kit/codes/codeLists.js';
import {
  type ChildHousehold,
  ChildHouseholds,
  type Feature,
} from '../../../registry-kit/features/feature.js';
import { AGE_FACTOR } from '../../../risk-model/model/modelContent.js';
import { assembleTable } from '../../../risk-model/training/assembleTable.js';
import type { ChildrenFeeds } from '../../../risk-model/training/childrenBlock.js';
import { Feed } from '../../../schema/feed.js';

const factor = (id: string): Feature => ({
  id,
  part: 'child',
  label: { fi: id, en: id, sv: id },
  formula: id,
  months: undefined,
  reads: ['Person.birthYear'],
});
const sources = [
  { registry: 'population', features: [factor(AGE_FACTOR)] },
  { registry: 'health', features: [factor('health.child.a'), factor('health.child.b')] },
];
const codes = await readCodeLists('population');

interface Child {
  readonly child: number;
  readonly age: number;
  readonly until?: string;
  readonly clientFrom?: string;
  readonly client?: boolean;
  readonly exposure?: readonly number[];
  readonly parents?: readonly number[];
}

/** Feeds of registries. The health feed has another order, and only some of the children. */
function feedsOf(
  asOf: string,
  children: readonly Child[],
  unknownToHealth: readonly number[] = [],
): ChildrenFeeds {
  const days = (of: (child: Child) => string | undefined) =>
    Float32Array.from(children, (child) => {
      const date = of(child);
      return date === undefined ? Infinity : parseDay(date)!;
    });
  const zeros = new Float32Array(children.length);
  const keys = Uint32Array.from(children, ({ child }) => child);
  const known = children
    .map(({ child }) => child)
    .filter((child) => !unknownToHealth.includes(child))
    .reverse();
  return {
    asOf: parseDay(asOf)!,
    households: ChildHouseholds.of(
      children.map(({ child, parents = [] }): ChildHousehold => ({ child, parents, siblings: [] })),
    ).feed,
    factors: new Map([
      [
        'population',
        Feed.data({
          child: keys,
          factor: [AGE_FACTOR],
          value: Float32Array.from(children, ({ age }) => age),
        }),
      ],
      [
        'health',
        Feed.data({
          child: Uint32Array.from(known),
          factor: ['health.child.b', 'health.child.a'],
          value: Float32Array.from([
            ...known.map((child) => 100 + child),
            ...known.map((child) => 200 + child),
          ]),
        }),
      ],
    ]),
    population: Feed.data({
      child: keys,
      until: days(({ until }) => until),
      exposure: Float32Array.from(
        [0, 1, 2, 3, 4].flatMap((year) => children.map(({ exposure }) => exposure?.[year] ?? 1)),
      ),
      sex: zeros,
      language: zeros,
      district: zeros,
      parents: zeros,
      sexes: ['female'],
      languages: ['so'],
      districts: ['111'],
    }),
    social: Feed.data({
      child: keys,
      client: Float32Array.from(children, ({ client }) => (client ? 1 : 0)),
      clientFrom: days(({ clientFrom }) => clientFrom),
      dataUntil: ['2016-12-31'],
    }),
  };
}

describe('a table of children', () => {
  it('contains the children of every feed who are no clients, with aligned columns', async () => {
    const table = await assembleTable(
      [
        feedsOf(
          '2007-01-01',
          [
            { child: 1, age: 3 },
            { child: 2, age: 4, client: true },
            { child: 3, age: 5 },
            { child: 4, age: 6 },
          ],
          [3],
        ),
        feedsOf('2012-01-01', [{ child: 4, age: 11 }]),
      ],
      sources,
      codes,
    );
    expect([...table.person]).toEqual([1, 4, 4]);
    expect([...table.block]).toEqual([0, 0, 1]);
    expect(table.columns.map((column) => [...column])).toEqual([
      [3, 6, 11],
      [201, 204, 204],
      [101, 104, 104],
    ]);
    expect(table.groupings.map(({ name, labels, values }) => [name, labels[values[0]!]])).toEqual([
      ['sex', 'female'],
      ['age', '3-6'],
      ['district', 'LEP'],
      ['language', 'other'],
      ['familyType', 'no parent'],
    ]);
  });

  it('has the year in which a child became a client, and the observed share of each year', async () => {
    const { outcome, observed, exposure } = await assembleTable(
      [
        feedsOf('2012-01-01', [
          { child: 1, age: 3, clientFrom: '2013-06-01' },
          { child: 2, age: 3, until: '2012-07-01' },
          { child: 3, age: 16, exposure: [1, 0.5, 0, 0, 0], clientFrom: '2014-02-01' },
          { child: 4, age: 3, until: '2012-06-30', clientFrom: '2012-12-01' },
          { child: 5, age: 3, clientFrom: '2016-12-31' },
        ]),
      ],
      sources,
      codes,
    );
    expect([...outcome]).toEqual([2, 0, 0, 0, 5]);
    const rows = (numbers: Float32Array) =>
      [0, 1, 2, 3, 4].map((row) =>
        [...numbers.subarray(row * 5, row * 5 + 5)].map((share) => Math.round(share * 100) / 100),
      );
    expect(rows(exposure)[2]).toEqual([1, 0.5, 0, 0, 0]);
    expect(rows(observed)).toEqual([
      [1, 1, 1, 1, 1],
      [0.5, 0, 0, 0, 0],
      [1, 0.5, 0, 0, 0],
      [0.5, 0, 0, 0, 0],
      [1, 1, 1, 1, 1],
    ]);
  });

  it('joins families that ever share a person', async () => {
    const { family } = await assembleTable(
      [
        feedsOf('2007-01-01', [
          { child: 1, age: 3, parents: [10, 11] },
          { child: 2, age: 3, parents: [12] },
          { child: 3, age: 3, parents: [13] },
        ]),
        feedsOf('2012-01-01', [{ child: 4, age: 2, parents: [11, 12] }]),
      ],
      sources,
      codes,
    );
    const [first, second, third, later] = family;
    expect(second).toBe(first);
    expect(later).toBe(first);
    expect(third).not.toBe(first);
  });

  it('is refused if a registry withholds or fails, and names it', async () => {
    const whole = feedsOf('2007-01-01', [{ child: 1, age: 3 }]);
    const withheld = { ...whole, factors: new Map([...whole.factors, ['health', Feed.withheld]]) };
    await expect(assembleTable([withheld], sources, codes)).rejects.toThrow(
      expect.objectContaining({
        code: 'RISK_TABLE_INCOMPLETE',
        message: expect.stringContaining('2007-Q1 (health: withheld)'),
      }),
    );
    const failed = { ...whole, social: Feed.failed };
    await expect(assembleTable([failed], sources, codes)).rejects.toThrow(/social: failed/);
  });
});
