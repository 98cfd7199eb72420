/**
 * @property risk/one-reader A factor counts events before the quarter, of people that the policy allows, by
 * the same reader that training uses.
 * @enforcedBy registry-kit/features, registry-kit/enforcement/guardFeatures.ts
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMonths, formatDay, parseDay } from '../../lib/calendar.js';
import { rowFeatures } from '../../registry-kit/features/rowFeatures.js';
import type { RowKind, Statistic } from '../../registry-kit/features/statistic.js';
import type { RegistryStore } from '../../registry-kit/subgraph/registryContext.js';
import { healthFeatures } from '../../subgraphs/health/features.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { socialFeatures } from '../../subgraphs/social/features.js';
import { socialRegistry } from '../../subgraphs/social/tables.js';
import { tableOf, type TestRow } from '../spec/tableOf.js';

const BEFORE = parseDay('2007-01-01')!;
const [CHILD, MOTHER, FATHER, SISTER] = [0, 1, 2, 3];
const household = { child: CHILD, parents: [MOTHER, FATHER], siblings: [SISTER] };

const person = fc.constantFrom(CHILD, MOTHER, FATHER, SISTER);
const day = (first: string, last: string) =>
  fc.integer({ min: parseDay(first)!, max: parseDay(last)! }).map(formatDay);
/** On both sides of the quarter, mostly close to the ends of windows. */
const anyDay = fc.oneof(
  day('2001-06-01', '2008-06-01'),
  fc
    .tuple(fc.constantFrom(0, 3, 12, 36, 60), fc.integer({ min: -1, max: 1 }))
    .map(([months, shift]) => formatDay(addMonths(BEFORE, -months) + shift)),
);

const contact = fc.record({
  person,
  start: anyDay,
  service: fc.constantFrom('S10', 'S30', 'S31', 'S50', 'S70'),
});
const step = fc
  .record({
    person,
    start: anyDay,
    length: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
    step: fc.constantFrom('notification', 'assessment', 'open-care', 'placement'),
  })
  .map(({ length, ...row }) => ({
    ...row,
    ...(length !== undefined && { end: formatDay(parseDay(row.start)! + length) }),
  }));
const month = fc.record({ person, month: anyDay, amount: fc.integer({ min: 1, max: 900 }) });
const visit = fc.record(
  {
    person,
    start: anyDay,
    service: fc.constantFrom('T22', 'T60', 'T61', 'T70', 'T80'),
    diagnosis: fc.constantFrom('F32', 'J06.9', 'S52'),
    urgency: fc.constantFrom('1', '2'),
  },
  { requiredKeys: ['person', 'start', 'service'] },
);
const social = fc.record({
  contacts: fc.array(contact, { maxLength: 25 }),
  childProtection: fc.array(step, { maxLength: 8 }),
  incomeSupport: fc.array(month, { maxLength: 10 }),
});
const health = fc.record({ contacts: fc.array(visit, { maxLength: 25 }) });

type Rows = Readonly<Record<string, readonly TestRow[]>>;

function storeOf({ tables }: typeof socialRegistry | typeof healthRegistry, rows: Rows): RegistryStore {
  const made = Object.entries(tables).map(([name, table]) => [name, tableOf(table, rows[name] ?? [])]);
  return { tables: Object.fromEntries(made) } as RegistryStore;
}

function read(
  source: typeof socialFeatures,
  store: RegistryStore,
  known: (key: number) => boolean = () => true,
): Float32Array {
  const into = new Float32Array(source.features.length);
  source.reader(store, BEFORE).read(household, known, into);
  return into;
}

/** The same statistic, computed row by row from its formula. */
function slowly(statistic: Statistic, rows: Rows, persons: readonly number[]): number {
  const days = (kind: RowKind, person: number, months?: number) =>
    (rows[kind.table] ?? [])
      .filter((row) => row.person === person && passes(kind, row))
      .map((row) => ({ row, day: parseDay(String(row[kind.start]))! }))
      .filter(({ day }) => day < BEFORE && (months === undefined || day >= addMonths(BEFORE, -months)));
  const all = (kind: RowKind, months?: number) => persons.flatMap((one) => days(kind, one, months));
  const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);
  switch (statistic.kind) {
    case 'count':
      return all(statistic.of, statistic.months).length;
    case 'sum':
    case 'mean': {
      const numbers = all(statistic.of, statistic.months).map(({ row }) =>
        Number(row[statistic.number.column] ?? 0),
      );
      if (statistic.kind === 'sum') return total(numbers);
      return numbers.length === 0 ? 0 : total(numbers) / numbers.length;
    }
    case 'since':
      return BEFORE - Math.max(-Infinity, ...all(statistic.of).map(({ day }) => day));
    case 'trend': {
      const recent = all(statistic.of, 12).length;
      return recent - (all(statistic.of, 36).length - recent) / 2;
    }
    case 'variety':
      return statistic.of.filter((kind) => all(kind, statistic.months).length > 0).length;
    case 'coOccurrence': {
      const [first, second] = statistic.of;
      const from = addMonths(BEFORE, -36);
      return persons.filter((one) =>
        days(first, one).some(({ day: a }) =>
          days(second, one).some(({ day: b }) => Math.abs(a - b) <= 365 && Math.max(a, b) >= from),
        ),
      ).length;
    }
    case 'ongoing':
      return all(statistic.of).filter(({ row }) => {
        const end = row[statistic.end.column];
        return end === undefined || parseDay(String(end))! >= BEFORE;
      }).length;
  }
}

function passes({ where }: RowKind, row: TestRow): boolean {
  if (!where) return true;
  const value = row[where.column];
  if ('atLeast' in where) return Number(value) >= where.atLeast;
  const text = String(value ?? '');
  return 'codes' in where
    ? where.codes.includes(text)
    : where.prefixes.some((prefix) => text.startsWith(prefix));
}

describe('features of rows', () => {
  it('equal their formulas for the child, the parents and the siblings', () => {
    fc.assert(
      fc.property(social, (rows) => {
        const store = storeOf(socialRegistry, rows);
        const into = read(socialFeatures, store);
        const persons = { child: [CHILD], parents: [MOTHER, FATHER], siblings: [SISTER] };
        const expected = socialFeatures.features.map(({ part }, index) =>
          Math.fround(slowly(socialFeatures.statistics[index]!, rows, persons[part])),
        );
        expect([...into]).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('match diagnoses by prefix and urgencies by code', () => {
    fc.assert(
      fc.property(health, (rows) => {
        const into = read(healthFeatures, storeOf(healthRegistry, rows));
        const persons = { child: [CHILD], parents: [MOTHER, FATHER], siblings: [SISTER] };
        const expected = healthFeatures.features.map(({ part }, index) =>
          Math.fround(slowly(healthFeatures.statistics[index]!, rows, persons[part])),
        );
        expect([...into]).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('do not change with rows that begin in the quarter or later, nor with ends in that time', () => {
    const later = fc.record({
      contacts: fc.array(
        contact.map((row) => ({ ...row, start: '2007-01-01' })),
        { maxLength: 5 },
      ),
      incomeSupport: fc.array(
        month.map((row) => ({ ...row, month: '2007-03-01' })),
        { maxLength: 5 },
      ),
      childProtection: fc.array(
        step.map(({ start: _, ...row }) => ({ ...row, start: '2007-02-01' })),
        {
          maxLength: 5,
        },
      ),
    });
    fc.assert(
      fc.property(social, later, (rows, added) => {
        const before = read(socialFeatures, storeOf(socialRegistry, rows));
        const more: Rows = {
          contacts: [...rows.contacts, ...added.contacts],
          incomeSupport: [...rows.incomeSupport, ...added.incomeSupport],
          childProtection: [
            ...rows.childProtection.map((row) =>
              row.end !== undefined && parseDay(row.end)! < BEFORE ? row : { ...row, end: '2007-06-30' },
            ),
            ...added.childProtection,
          ],
        };
        expect(read(socialFeatures, storeOf(socialRegistry, more))).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });

  it('are unknown exactly when a person they are summed over is withheld', () => {
    fc.assert(
      fc.property(social, person, (rows, unknown) => {
        const store = storeOf(socialRegistry, rows);
        const whole = read(socialFeatures, store);
        const into = read(socialFeatures, store, (key) => key !== unknown);
        const hidden = unknown === CHILD ? 'child' : unknown === SISTER ? 'siblings' : 'parents';
        socialFeatures.features.forEach(({ part }, index) =>
          expect(into[index]).toBe(part === hidden ? Number.NaN : whole[index]),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('a catalogue of features', () => {
  it('names each feature once, in three languages, with the coordinates that it reads', () => {
    for (const { features } of [healthFeatures, socialFeatures]) {
      expect(new Set(features.map(({ id }) => id)).size).toBe(features.length);
      for (const { label, reads, formula } of features) {
        expect([label.fi, label.en, label.sv, formula].every((text) => text.length > 0)).toBe(true);
        expect(reads.length).toBeGreaterThan(0);
      }
    }
  });

  it('can be built from the statistics of any table', () => {
    const visits: RowKind = {
      id: 'visits',
      label: { fi: 'käyntejä', en: 'visits', sv: 'besök' },
      table: 'contacts',
      start: 'start',
      reads: ['Visit.startedAt'],
    };
    const { features } = rowFeatures('clinic', {
      child: [{ kind: 'count', of: visits, months: 12 }],
      parents: [],
      siblings: [{ kind: 'since', of: visits }],
    });
    expect(features.map(({ id, label }) => [id, label.en])).toEqual([
      ['clinic.child.visits.12m', 'child: visits in 12 months'],
      ['clinic.siblings.visits.since', 'siblings: visits, days since the last'],
    ]);
  });
});
