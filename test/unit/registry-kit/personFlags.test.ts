/**
 * @property registries/non-disclosure
 */
import { describe, expect, it } from '@jest/globals';
import { formatDay, parseDay } from '../../../lib/calendar.js';
import { NO_DAY } from '../../../registry-kit/columns/table.js';
import {
  OF_AGE,
  type PersonFlagSource,
  personFacts,
  registeredNonDisclosures,
  shields,
} from '../../../registry-kit/person-flags/personFlags.js';
import { populationRegistry } from '../../../subgraphs/population/tables.js';
import { tableOf, type TestRow } from '../../spec/tableOf.js';

const { persons, memberships, residences, nonDisclosures } = populationRegistry.tables;

function source(rows: Readonly<Record<string, readonly TestRow[]>>) {
  return {
    persons: tableOf(persons, rows['persons'] ?? []),
    memberships: tableOf(memberships, rows['memberships'] ?? []),
    residences: tableOf(residences, rows['residences'] ?? []),
    nonDisclosures: tableOf(nonDisclosures, rows['nonDisclosures'] ?? []),
  };
}

const member = (person: number, family: number, start: string, end?: string): TestRow => ({
  person,
  family,
  role: 'parent',
  start,
  ...(end !== undefined && { end }),
});

const shieldsIn = ({ memberships, nonDisclosures }: PersonFlagSource) => [
  ...shields(memberships, registeredNonDisclosures(nonDisclosures)),
];

describe('shields', () => {
  const found = (marks: readonly TestRow[], rows: readonly TestRow[]) =>
    shieldsIn(source({ nonDisclosures: marks, memberships: rows })).map(({ subject, start, end }) => [
      subject,
      formatDay(start),
      end === NO_DAY ? '' : formatDay(end),
    ]);
  const mark = { person: 1, start: '2010-01-01' };

  it('cover the person, and each member of the family from the day of joining', () => {
    const rows = [member(1, 5, '2000-01-01'), member(2, 5, '2000-01-01'), member(3, 5, '2012-03-04')];
    expect(found([mark], rows)).toEqual([
      [1, '2010-01-01', ''],
      [2, '2010-01-01', ''],
      [3, '2012-03-04', ''],
    ]);
  });

  it('last as long as the non-disclosure, also for people who moved out', () => {
    const rows = [member(1, 5, '2000-01-01'), member(2, 5, '2000-01-01', '2011-01-01')];
    expect(found([{ ...mark, end: '2020-01-01' }], rows)).toEqual([
      [1, '2010-01-01', '2020-01-01'],
      [2, '2010-01-01', '2020-01-01'],
    ]);
  });

  it.each([
    ['left before it began', [member(1, 5, '2000-01-01'), member(2, 5, '2000-01-01', '2009-12-31')]],
    ['stayed when the person left', [member(1, 5, '2000-01-01', '2009-12-31'), member(2, 5, '2000-01-01')]],
    ['were members at other times', [member(1, 5, '2010-01-01', '2011-01-01'), member(2, 5, '2011-01-02')]],
    ['are in another family', [member(1, 5, '2000-01-01'), member(2, 6, '2000-01-01')]],
  ])('do not cover those who %s', (_who, rows) => {
    expect(found([mark], rows)).toEqual([[1, '2010-01-01', '']]);
  });
});

describe('the facts of a person', () => {
  const on = parseDay('2020-06-15')!;
  const facts = (rows: Readonly<Record<string, readonly TestRow[]>>) => [
    ...personFacts(source(rows), new Set(), on),
  ];
  const born = (birth: string) => ({ person: 1, birth, sex: 'male', language: 'fi' });

  it.each([
    ['2002-06-16', '2020-06-16'],
    ['2002-06-15', formatDay(OF_AGE)],
    ['1950-01-01', formatDay(OF_AGE)],
    // Born on a leap day: of age on 1 March.
    ['2004-02-29', '2022-03-01'],
  ])(
    'of a person born on %s include the day of coming of age only while it is in the future',
    (birth, day) => {
      const [fact] = facts({ persons: [born(birth)] });
      expect(formatDay(fact!.adultFrom)).toBe(day);
    },
  );

  it('include the last district, except for shielded people', () => {
    const rows = {
      persons: [born('1980-01-01')],
      residences: [
        { person: 1, district: 'Matinkylä', start: '2010-01-01' },
        { person: 1, district: 'Espoonlahti', start: '2000-01-01' },
      ],
    };
    const given = source(rows);
    const district = (...shielded: readonly number[]) => {
      const [fact] = [...personFacts(given, new Set(shielded), on)];
      return fact!.district === undefined ? null : given.residences.columns.district.texts[fact!.district];
    };
    expect(district()).toBe('Matinkylä');
    expect(district(1)).toBeNull();
  });
});
