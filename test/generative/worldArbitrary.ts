import fc from 'fast-check';
import { addYears, formatDay, today } from '../../lib/calendar.js';
import { restrictionKinds } from '../../registry-kit/restrictions/restrictions.js';
import type { World } from '../city/smallWorld.js';
import type { TestRow } from '../spec/tableOf.js';

export const PERSONS = [1, 2, 3];
export const FAMILIES = [11, 12];

const person = fc.constantFrom(...PERSONS);
/** Few days, so that rows often have the same day, month or year. */
const day = fc.constantFrom(
  ...[20, 22, 50, 400, 402, 430, 1500, 1502].map((daysAgo) => formatDay(today() - daysAgo)),
);
const birth = fc.constantFrom('1980-01-01', '1982-05-05', '2001-01-01', formatDay(addYears(today(), -7)));
const unit = fc.constantFrom('U-1', 'U-2');
const service = fc.constantFrom('T11', 'T12');
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** A row without its undefined cells; an end before its start is removed. */
function row(cells: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<TestRow> {
  return fc.record(cells).map((record) => {
    const wrong = typeof record['end'] === 'string' && record['end'] < String(record['start']);
    const entries = Object.entries(record).filter(
      ([name, value]) => value !== undefined && !(name === 'end' && wrong),
    );
    return Object.fromEntries(entries) as unknown as TestRow;
  });
}

const interval = { start: day, end: maybe(day) };
const contact = {
  person,
  id: fc.noBias(fc.bigInt({ min: 1n, max: 1_000_000_000n })),
  ...interval,
  service,
  unit,
};
const care = {
  careRelationships: row({
    person,
    employee: maybe(fc.constantFrom('H-1', 'H-2')),
    unit: maybe(unit),
    ...interval,
  }),
  objections: row({ person, start: day }),
};

/** Marks made by hand, by kind; few, because people with marks are mostly hidden. */
const marks: Readonly<Record<string, fc.Arbitrary<TestRow>>> = {
  restriction: row({ person, ...interval }),
  erasure: row({ person, start: day }),
};
const careMarks = { ...marks, objection: row({ person, start: day }) };
const registerMarks = { ...marks, 'non-disclosure': row({ person, ...interval }) };

/** Rows of each table. Persons are one row each, so they are generated separately. */
const rowArbitraries: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<TestRow>>>>> = {
  population: {
    memberships: row({
      person,
      family: fc.constantFrom(...FAMILIES),
      role: fc.constantFrom('parent', 'child'),
      ...interval,
    }),
    residences: row({ person, district: fc.constantFrom('Tapiola', 'Matinkylä'), ...interval }),
    nonDisclosures: row({ person, ...interval }),
    ...registerMarks,
  },
  health: {
    contacts: row({
      ...contact,
      diagnosis: maybe(fc.constantFrom('J06.9', 'J18.0', 'F32.1')),
      urgency: maybe(fc.constantFrom('1', '2')),
    }),
    ...care,
    ...careMarks,
  },
  social: {
    contacts: row({
      ...contact,
      kind: maybe(fc.constantFrom('a', 'b')),
      decision: maybe(fc.constantFrom('c', 'd')),
    }),
    incomeSupport: row({ person, month: day, amount: fc.constantFrom(100, 200, 300) }),
    ...care,
    ...careMarks,
  },
  education: {
    enrolments: row({ person, ...interval, service, unit, hoursPerWeek: maybe(fc.constantFrom(20, 40)) }),
    ...care,
    ...careMarks,
  },
};

const personRow = (key: number): fc.Arbitrary<TestRow> =>
  row({
    person: fc.constant(key),
    birth,
    sex: fc.constantFrom('female', 'male'),
    language: fc.constantFrom('fi', 'sv'),
  });

const tables = Object.entries(rowArbitraries).flatMap(([registry, own]) =>
  Object.entries(own).map(([table, rows]) => ({
    registry,
    table,
    rows,
    filled: (restrictionKinds as readonly string[]).includes(table)
      ? fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.tuple(rows) })
      : fc.array(rows, { minLength: 3, maxLength: 12 }),
  })),
);

/** Small worlds: three persons, two families, and some rows in each table. */
export const randomWorld: fc.Arbitrary<World> = fc
  .record({
    persons: fc.tuple(...PERSONS.map(personRow)),
    filled: fc.tuple(...tables.map(({ filled }) => filled)),
  })
  .map(({ persons, filled }) => {
    const world: Record<string, Record<string, readonly TestRow[]>> = { population: { persons } };
    tables.forEach(({ registry, table }, index) => {
      world[registry] = { ...world[registry], [table]: filled[index]! };
    });
    return world;
  });

/** A change of a world: a row is added, removed or replaced, or only one of its cells changes. */
export type Edit = (world: World) => World;

const rowEdit: fc.Arbitrary<Edit> = fc.constantFrom(...tables).chain(({ registry, table, rows }) =>
  fc
    .record({
      kind: fc.constantFrom('add', 'remove', 'cell', 'cell'),
      at: fc.nat(11),
      other: rows,
      cell: fc.nat(8),
    })
    .map(({ kind, at, other, cell }): Edit => (world) => {
      const before = world[registry]![table]!;
      const index = at % Math.max(1, before.length);
      const now = before[index];
      const changed =
        kind === 'add' || !now
          ? [...before, other]
          : kind === 'remove'
            ? before.toSpliced(index, 1)
            : before.with(index, withCell(now, other, cell));
      return { ...world, [registry]: { ...world[registry], [table]: changed } };
    }),
);

const personEdit: fc.Arbitrary<Edit> = person.chain((key) =>
  fc.record({ other: personRow(key), cell: fc.nat(3) }).map(({ other, cell }): Edit => (world) => {
    const persons = world['population']!['persons']!.map((now) =>
      now.person === key ? withCell(now, other, cell) : now,
    );
    return { ...world, population: { ...world['population'], persons } };
  }),
);

export const randomEdits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.oneof({ weight: 6, arbitrary: rowEdit }, { weight: 1, arbitrary: personEdit }),
  { minLength: 20, maxLength: 60 },
);

function withCell(now: TestRow, other: TestRow, cell: number): TestRow {
  const names = Object.keys(other).filter((name) => name !== 'person');
  const name = names[cell % names.length]!;
  const changed = { ...now, [name]: other[name]! };
  return changed['end'] !== undefined && String(changed['end']) < String(changed['start']) ? now : changed;
}
