/**
 * @property registries/declared A registry that a folder declares shows, feeds and counts what a plain
 * reading of its rows gives under its policy, whatever it declares.
 * @enforcedBy registry-kit/declared/declareRegistry.ts, registry-kit/enforcement/enforce.ts
 */
// Long, because the oracle must be read next to what it is compared with.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { policiesFolder } from '../../cli/options.js';
import { committedSdl } from '../../cli/runtime/openPolicy.js';
import { buildFederatedSchema } from '../../lib/buildFederatedSchema.js';
import { formatDay, today } from '../../lib/calendar.js';
import { formatPartialDay } from '../../lib/partialDate.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { buildPolicyGraph } from '../../policies/engine/parse/buildPolicyGraph.js';
import { loadPolicyFolder } from '../../policies/engine/parse/loadPolicyFolder.js';
import {
  criterionQuestions,
  readQuestion,
  writeQuestion,
} from '../../registry-kit/criteria/cohortQuestion.js';
import { parseDeclaration } from '../../registry-kit/declared/declaration.js';
import { declareRegistry } from '../../registry-kit/declared/declareRegistry.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import { noRestrictions } from '../../registry-kit/restrictions/restrictions.js';
import { createSubgraph } from '../../registry-kit/subgraph/createSubgraph.js';
import { registrySources } from '../../registry-kit/subgraph/registrySources.js';
import { Feed } from '../../schema/feed.js';
import { DEFAULT_LANGUAGE } from '../../schema/language.js';
import { PersonSet } from '../../schema/personSet.js';
import { tableOf, type TestRow } from '../spec/tableOf.js';

const RUNS = Number(process.env['DECLARED_RUNS'] ?? 60);
const PERSONS = [1, 2, 3];
const RECENT = formatDay(today() - 400);
const DAYS = ['2011-12-31', '2012-01-01', '2012-05-14', '2013-02-28', RECENT];
const CODES = ['C1', 'C2', 'C3'];
const UNITS = ['U-1', 'U-2'];
const KINDS = ['code', 'number', 'day', 'partial-day'] as const;
type Kind = (typeof KINDS)[number];

/** The tables that may be declared next to contacts: rows of a contact, their rows, and rows of a person. */
const TABLES = {
  items: { of: 'contacts', type: 'DeptItem', has: ['id'] },
  parts: { of: 'items', type: 'DeptPart', has: [] },
  plans: { of: undefined, type: 'DeptPlan', has: ['end', 'unit'] },
} as const;
type Row = TestRow & { readonly start: string };
interface TableCase {
  readonly name: string;
  readonly type: string;
  readonly of: string | undefined;
  readonly columns: Readonly<Record<string, Kind>>;
  readonly has: readonly string[];
  readonly rows: readonly Row[];
}

const day = fc.constantFrom(...DAYS);
const valueOf: Readonly<Record<Kind, fc.Arbitrary<string | number>>> = {
  code: fc.constantFrom(...CODES),
  number: fc.integer({ min: 0, max: 5 }),
  day,
  'partial-day': fc.tuple(day, fc.constantFrom(4, 7, 10)).map(([date, length]) => date.slice(0, length)),
};
const columns = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...KINDS), { maxKeys: 3 });

/** A row's columns, without what may be missing. */
const rowsOf = (
  own: Readonly<Record<string, Kind>>,
  has: readonly string[],
  parents: readonly Row[] | undefined,
) => {
  if (parents?.length === 0) return fc.constant<Row[]>([]);
  const extra = Object.entries(own).map(([name, kind]) => [
    name,
    fc.option(valueOf[kind], { nil: undefined }),
  ]);
  const row = fc.record({
    whose: parents ? fc.constantFrom(...parents) : fc.constantFrom(...PERSONS),
    start: day,
    until: fc.option(fc.integer({ min: 0, max: 700 }), { nil: undefined }),
    service: fc.constantFrom(...CODES),
    unit: fc.constantFrom(...UNITS),
    extra: fc.record(Object.fromEntries(extra) as Record<string, fc.Arbitrary<string | number | undefined>>),
  });
  return fc.array(row, { maxLength: 8 }).map((rows) =>
    rows.map(({ whose, start, until, service, unit, extra: more }, index): Row => {
      const end = until === undefined ? undefined : formatDay(Date.parse(start) / 86_400_000 + until);
      const given = {
        ...(typeof whose === 'number' ? { person: whose } : { person: whose.person, parent: whose['id']! }),
        start,
        ...(has.includes('id') && { id: BigInt(index + 1) }),
        ...(has.includes('end') && end !== undefined && { end }),
        ...(has.includes('service') && { service }),
        ...(has.includes('unit') && { unit }),
        ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)),
      };
      return given as unknown as Row;
    }),
  );
};

const CONTACT = ['id', 'end', 'service', 'unit'];
const tableCases: fc.Arbitrary<readonly TableCase[]> = fc
  .tuple(columns, columns, columns, columns, fc.subarray(['items', 'plans'] as const), fc.boolean())
  .chain(([ofContacts, ofItems, ofParts, ofPlans, others, hasParts]) => {
    const made = (
      name: keyof typeof TABLES,
      own: Record<string, Kind>,
      parents: readonly Row[] | undefined,
    ) => {
      const { of, type, has } = TABLES[name];
      return rowsOf(own, has, parents).map((rows): TableCase => ({
        name,
        type,
        of,
        has,
        columns: own,
        rows,
      }));
    };
    return rowsOf(ofContacts, CONTACT, undefined).chain((rows) => {
      const contacts: TableCase = {
        name: 'contacts',
        type: 'DeptContact',
        of: undefined,
        has: CONTACT,
        columns: ofContacts,
        rows,
      };
      const items = others.includes('items') ? made('items', ofItems, rows) : fc.constant(undefined);
      return items.chain((item) =>
        fc
          .tuple(
            item && hasParts ? made('parts', ofParts, item.rows) : fc.constant(undefined),
            others.includes('plans') ? made('plans', ofPlans, undefined) : fc.constant(undefined),
          )
          .map((more) => [contacts, item, ...more].filter((table) => table !== undefined)),
      );
    });
  });

const FIELD: Readonly<Record<string, string>> = { start: 'startedAt', end: 'endedAt' };
const listField = ({ name }: TableCase) => (name === 'contacts' ? 'deptContacts' : name);
/** The columns of a table that are fields, in addition to the id. */
const shownColumns = ({ has, columns: own }: TableCase) => [
  'start',
  ...has.filter((name) => name !== 'id'),
  ...Object.keys(own),
];
const listOf = (table: TableCase, all: readonly TableCase[]) =>
  `${all.find(({ name }) => name === table.of)?.type ?? 'Person'}.${listField(table)}`;
const coordinatesOf = (all: readonly TableCase[]) =>
  all.flatMap((table) => [
    listOf(table, all),
    ...shownColumns(table).map((name) => `${table.type}.${FIELD[name] ?? name}`),
  ]);
const isDay = (kind: Kind | undefined) => kind === 'day' || kind === 'partial-day';
/** What groups may test: not units, and days only if they are the start or the end. */
const countable = (all: readonly TableCase[]) =>
  all.flatMap((table) => [
    listOf(table, all),
    ...shownColumns(table).flatMap((name) =>
      name === 'unit' || isDay(table.columns[name]) ? [] : `${table.type}.${FIELD[name] ?? name}`,
    ),
  ]);
const isDate = (table: TableCase, name: string) =>
  name === 'start' || name === 'end' || isDay(table.columns[name]);

/** One value in most cases, and otherwise any other. */
const mostly = <Value>(usual: Value, other: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const conditions = mostly<string[]>(
  [],
  fc.subarray(['care-relationship', 'not-objected', 'own-unit', 'within-years(5)'], { maxLength: 2 }),
);
const someCase = tableCases.chain((tables) =>
  fc.record({
    tables: fc.constant(tables),
    /** By coordinate: the length of a masked date, or 10 for the whole value. Missing: not shown. */
    show: fc
      .tuple(...coordinatesOf(tables).map(() => fc.constantFrom(undefined, 10, 10, 10, 10, 10, 7, 4)))
      .map((shown) => {
        const dates = new Set(
          tables.flatMap((table) =>
            shownColumns(table).flatMap((name) =>
              isDate(table, name) ? `${table.type}.${FIELD[name] ?? name}` : [],
            ),
          ),
        );
        return new Map(
          coordinatesOf(tables).flatMap((coordinate, at) => {
            const length = shown[at];
            return length === undefined ? [] : [[coordinate, dates.has(coordinate) ? length : 10] as const];
          }),
        );
      }),
    counted: mostly(countable(tables), fc.subarray(countable(tables))),
    when: conditions,
    whenCounted: conditions,
    releasesPath: fc.boolean(),
    care: fc.array(
      fc.record({ person: fc.constantFrom(...PERSONS), employee: fc.constantFrom('H-1', 'H-2'), start: day }),
      { maxLength: 4 },
    ),
    objections: fc.array(fc.record({ person: fc.constantFrom(...PERSONS), start: day }), { maxLength: 2 }),
    from: fc.option(day, { nil: undefined }),
    until: fc.option(day, { nil: undefined }),
    atLeast: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    wanted: fc.option(fc.subarray(CODES, { minLength: 1 }), { nil: undefined }),
    least: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  }),
);
type Case = typeof someCase extends fc.Arbitrary<infer Value> ? Value : never;

const [shipped, sdls] = await Promise.all([loadPolicyFolder(policiesFolder), committedSdl()]);
const general = shipped.filter(({ file }) => file === 'purposes.yaml' || file === 'roles.yaml');

/** The declared registry over the rows, under the policy. */
async function open({ tables, show, counted, when, whenCounted, releasesPath, care, objections }: Case) {
  const declared = tables.map(({ name, type, of, has, columns: own }) => {
    const kinds: Record<string, string> = { id: 'record', end: 'day', unit: 'code' };
    const listed = name === 'contacts' ? [] : has.map((column) => [column, { kind: kinds[column] }] as const);
    const extra = Object.entries(own).map(([column, kind]) => {
      const filter = isDay(kind) ? {} : { filter: `${column}s` };
      return [column, { kind, optional: true, ...filter }] as const;
    });
    const all = Object.fromEntries([...listed, ...extra]);
    for (const column of ['end'] as const)
      if (all[column]) all[column] = { kind: 'day', optional: true } as never;
    return [
      name,
      { description: name, ...(name !== 'contacts' && { type }), ...(of && { of }), columns: all },
    ] as const;
  });
  const text = stringify({ registry: 'dept', tables: Object.fromEntries(declared) });
  const registry = declareRegistry(parseDeclaration(text, 'registry.yaml'));
  const { sdl } = await buildFederatedSchema(registry.module);
  const graph = buildPolicyGraph([...sdls, { name: 'dept', sdl }]);
  const path = ['service', 'startedAt', 'endedAt', 'unit'].map((field) => `DeptContact.${field}`);
  const masks: Readonly<Record<number, string | { mask: string }>> = {
    10: 'allow',
    7: { mask: 'month' },
    4: { mask: 'year' },
  };
  const grants = [
    {
      id: 'care',
      purposes: ['care'],
      roles: ['clinician'],
      basis: ['x'],
      when,
      show: Object.fromEntries([...show].map(([coordinate, length]) => [coordinate, masks[length]])),
      ...(releasesPath && { derive: { ServicePath: path } }),
    },
    ...(counted.length > 0
      ? [
          {
            id: 'groups',
            purposes: ['planning'],
            roles: ['planner'],
            basis: ['x'],
            when: whenCounted,
            derive: { Cohort: counted },
          },
        ]
      : []),
  ].filter((grant) => 'derive' in grant || Object.keys(grant.show).length > 0);
  const fields = Object.fromEntries(coordinatesOf(tables).map((one) => [one, { category: 'service-use' }]));
  const policyText = stringify({ registry: 'dept', owner: { en: 'D', fi: 'D', sv: 'D' }, fields, grants });
  const compiled = compilePolicy([...general, { file: 'dept.yaml', text: policyText }], graph);
  const { policy } = compiled;
  if (!policy) throw new Error(compiled.problems.map(({ message }) => message).join('\n'));
  const rows: Record<string, readonly TestRow[]> = {
    ...Object.fromEntries(tables.map((table) => [table.name, table.rows])),
    careRelationships: care,
    objections,
  };
  const snapshot = {
    manifest: { snapshotId: 's', tables: {}, rejects: {} } as never,
    tables: Object.fromEntries(
      Object.entries(registry.definition.tables).map(([name, table]) => [
        name,
        tableOf(table, rows[name] ?? []),
      ]),
    ),
  };
  const persons = PERSONS.map((person) => ({ person, adultFrom: '1970-01-01', birthYear: 1950 }));
  const flags = {
    persons: tableOf(personFlagsRegistry.tables.persons, persons),
    shields: tableOf(personFlagsRegistry.tables.shields, []),
  };
  const subgraph = await createSubgraph({
    name: 'dept',
    module: registry.module,
    decide: (caller) => policy.decide(caller, new Date()),
    open: registrySources(
      () => snapshot,
      () => flags,
      () => ({ own: noRestrictions, population: noRestrictions }),
    ),
  });
  return async (role: string, purpose: string, query: string, variables: Record<string, unknown>) => {
    const caller = {
      subject: 's',
      recipient: 'r',
      roles: [role],
      purposes: [purpose],
      employee: 'H-1',
      units: ['U-1'],
      permit: undefined,
      person: undefined,
    };
    const { data, errors } = await subgraph.execute(
      { query, variables },
      {
        decisionId: 'd',
        caller,
        purpose,
        revision: 'r',
        domain: 'd',
        language: DEFAULT_LANGUAGE,
        person: undefined,
        breakGlass: undefined,
      },
    );
    if (errors) throw errors[0];
    return (data as { _entities: Record<string, unknown>[] })._entities;
  };
}

// The oracle.

const holdsOfSubject = ({ care, objections }: Case, when: readonly string[], person: number): boolean =>
  (!when.includes('care-relationship') ||
    care.some((row) => row.person === person && row.employee === 'H-1')) &&
  (!when.includes('not-objected') || !objections.some((row) => row.person === person));
const holdsOfRecord = (when: readonly string[], start: string, unit: unknown): boolean =>
  (!when.includes('own-unit') || unit === 'U-1') && (!when.includes('within-years(5)') || start === RECENT);

/** Whether the shown part of a row's dates overlaps the period. */
function overlaps(given: Case, table: TableCase, { start, end }: Row): boolean {
  const { show, from = '0', until = '9' } = given;
  const [first, last] = [show.get(`${table.type}.startedAt`)!, show.get(`${table.type}.endedAt`)];
  const before = (one: string, other: string, length: number) =>
    one.slice(0, length) < other.slice(0, length);
  if (before(until, start, first)) return false;
  if (last === undefined || !table.has.includes('end')) {
    if (table.has.includes('end') || table.name === 'contacts') return !before(start, from, first);
  }
  if (end === undefined) return table.name !== 'contacts' || !before(start, from, first);
  return !before(String(end), from, last!);
}

/** What a caller sees of the rows of a person, or of a record: a JSON text for each row, sorted. */
function expectedRows(
  given: Case,
  table: TableCase,
  whose: { person: number } | Row,
  unit: unknown,
): string[] | null {
  const { tables, show, when, from, until } = given;
  if (!show.has(listOf(table, tables))) return null;
  const asks = table.of === undefined && (from !== undefined || until !== undefined);
  if (asks && !show.has(`${table.type}.startedAt`)) return null;
  return table.rows
    .filter((row) => row.person === whose.person && ('id' in whose ? row['parent'] === whose['id'] : true))
    .filter((row) => holdsOfSubject(given, when, row.person))
    .filter((row) => holdsOfRecord(when, row.start, row['unit'] ?? unit))
    .filter((row) => !asks || overlaps(given, table, row))
    .map((row) => {
      const fields = shownColumns(table).map((name) => {
        const field = FIELD[name] ?? name;
        const length = show.get(`${table.type}.${field}`);
        const value = row[name];
        if (length === undefined || value === undefined) return [field, null];
        return [field, isDate(table, name) ? String(value).slice(0, length) : value];
      });
      const children = tables.filter(({ of }) => of === table.name);
      const below = children.map((child) => [
        listField(child),
        expectedRows(given, child, row, row['unit'] ?? unit),
      ]);
      return JSON.stringify(Object.fromEntries([...fields, ...below]));
    })
    .sort();
}

function selectionOf(table: TableCase, tables: readonly TableCase[]): string {
  const fields = shownColumns(table).map((name) =>
    name === 'service' || name === 'unit' || table.columns[name] === 'code'
      ? `${name} { code }`
      : (FIELD[name] ?? name),
  );
  const below = tables.filter(({ of }) => of === table.name).map((child) => selectionOf(child, tables));
  const period = table.of === undefined ? '(from: $from, until: $until)' : '';
  return `${listField(table)}${period} { ${[...fields, ...below].join(' ')} }`;
}

/** An answer in the form of the oracle; its lists must be sorted by what is seen of their days. */
function seenRows(table: TableCase, tables: readonly TableCase[], answer: unknown): string[] | null {
  if (answer === null) return null;
  const rows = answer as Readonly<Record<string, unknown>>[];
  const starts = rows.map(({ startedAt }) => String(startedAt ?? ''));
  expect(starts).toEqual([...starts].sort());
  return rows
    .map((row) => {
      const fields = shownColumns(table).map((name) => {
        const value = row[FIELD[name] ?? name] as { code?: string } | null;
        return [FIELD[name] ?? name, value?.code ?? value];
      });
      const below = tables
        .filter(({ of }) => of === table.name)
        .map((child) => [listField(child), seenRows(child, tables, row[listField(child)])]);
      return JSON.stringify(Object.fromEntries([...fields, ...below]));
    })
    .sort();
}

/** The contacts of a person's path, sorted; undefined if they are withheld. */
function expectedPath(given: Case, person: number): string[] | undefined {
  const { show, when, releasesPath, tables } = given;
  const shown = (field: string) => show.get(`DeptContact.${field}`);
  if (!releasesPath || shown('service') === undefined || shown('startedAt') === undefined) return undefined;
  return tables[0]!.rows
    .filter((row) => row.person === person && holdsOfSubject(given, when, person))
    .filter((row) => holdsOfRecord(when, row.start, row['unit']))
    .map((row) =>
      JSON.stringify([
        row['service'],
        row.start.slice(0, shown('startedAt')),
        shown('endedAt') === undefined
          ? null
          : ((row['end'] as string | undefined)?.slice(0, shown('endedAt')) ?? null),
        shown('unit') === undefined ? null : row['unit'],
      ]),
    )
    .sort();
}

function seenPath(answer: unknown): string[] | undefined {
  const { state, columns: columnsOfFeed } = Feed.from(JSON.parse(JSON.stringify(answer)));
  if (state !== 'data') return undefined;
  const { service, unit, startedAt, endedAt } = columnsOfFeed as unknown as Record<string, ArrayLike<never>>;
  return Array.from(service!, (code, row) =>
    JSON.stringify([code, formatPartialDay(startedAt![row]!), formatPartialDay(endedAt![row]!), unit![row]]),
  ).sort();
}

/** A criterion with arguments, and who meets it; undefined if a field that it tests is not released. */
function groupOf(given: Case, table: TableCase) {
  const { tables, counted, whenCounted, from, until, atLeast = 1, wanted, least } = given;
  const name =
    table.of === undefined ? listField(table) : `dept${table.name[0]!.toUpperCase()}${table.name.slice(1)}`;
  const way: string[] = [];
  for (let at: TableCase | undefined = table; at; at = tables.find((one) => one.name === at!.of))
    way.push(listOf(at, tables));
  const codes = Object.keys(table.columns).find((column) => table.columns[column] === 'code');
  const number = Object.keys(table.columns).find((column) => table.columns[column] === 'number');
  const byCode = codes !== undefined && wanted !== undefined;
  const byNumber = number !== undefined && least !== undefined;
  const hasEnd = table.has.includes('end');
  const dated = from !== undefined || until !== undefined;
  const tests = [
    ...way,
    ...(byCode ? [`${table.type}.${codes}`] : []),
    ...(byNumber ? [`${table.type}.${number}`] : []),
    ...(dated ? [`${table.type}.startedAt`, ...(hasEnd ? [`${table.type}.endedAt`] : [])] : []),
  ];
  const toDay = (text: string) => Date.parse(text) / 86_400_000;
  const where = {
    [name]: {
      ...(byCode && { [`${codes}s`]: wanted }),
      ...(byNumber && { [`${number}s`]: { from: least } }),
      ...(from !== undefined && { from: toDay(from) }),
      ...(until !== undefined && { until: toDay(until) }),
      ...(given.atLeast !== undefined && { atLeast }),
    },
  };
  const matches = (row: Row): boolean => {
    if (byCode && !wanted.includes(String(row[codes]))) return false;
    if (byNumber && !(Number(row[number] ?? Number.NaN) >= least)) return false;
    if (until !== undefined && row.start > until) return false;
    if (from === undefined || row.start >= from) return true;
    const end = hasEnd ? row['end'] : undefined;
    return end === undefined ? table.name !== 'contacts' : String(end) >= from;
  };
  const meets = PERSONS.filter((person) => {
    const rows = table.rows.filter(
      (row) => row.person === person && matches(row) && holdsOfRecord(whenCounted, row.start, row['unit']),
    );
    return rows.length >= atLeast && holdsOfSubject(given, whenCounted, person);
  });
  return { where, meets: tests.every((one) => counted.includes(one)) ? meets : undefined };
}

describe('any declared registry', () => {
  it('shows the rows that a plain reading shows, in lists, in rows of rows and in paths', async () => {
    const found = { rows: 0, below: 0, withheld: 0, steps: 0 };
    await fc.assert(
      fc.asyncProperty(someCase, async (given) => {
        const { tables, from, until } = given;
        const ask = await open(given);
        const lists = tables.filter(({ of }) => of === undefined);
        const query = `query ($r: [_Any!]!, $from: Date, $until: Date) { _entities(representations: $r) {
          ... on Person { ${lists.map((table) => selectionOf(table, tables)).join(' ')} } ... on ServicePath { dept } } }`;
        const r = [
          ...PERSONS.map((id) => ({ __typename: 'Person', id })),
          ...PERSONS.map((person) => ({ __typename: 'ServicePath', person, from: null, until: null })),
        ];
        const entities = await ask('clinician', 'care', query, { r, from, until });
        PERSONS.forEach((person, at) => {
          for (const table of lists) {
            const seen = seenRows(table, tables, entities[at]![listField(table)]);
            expect(seen).toEqual(expectedRows(given, table, { person }, undefined));
            found.rows += seen?.length ?? 0;
            found.below += seen?.filter((row) => /"(items|parts)":\[".+/.test(row)).length ?? 0;
            if (seen === null) found.withheld++;
          }
          const path = seenPath(entities[at + PERSONS.length]!['dept']);
          expect(path).toEqual(expectedPath(given, person));
          found.steps += path?.length ?? 0;
        });
      }),
      { numRuns: RUNS },
    );
    for (const count of Object.values(found)) expect(count).toBeGreaterThan(RUNS / 20);
  }, 300_000);

  it('counts the people that a plain reading counts', async () => {
    const found = { met: 0, withheld: 0 };
    await fc.assert(
      fc.asyncProperty(someCase, async (given) => {
        const ask = await open(given);
        for (const table of given.tables) {
          const { where, meets } = groupOf(given, table);
          const question = readQuestion({ where });
          const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Cohort { dept } } }';
          const r = [{ __typename: 'Cohort', filter: writeQuestion(question) }];
          const [entity] = await ask('planner', 'planning', query, { r });
          const { state, columns: answer } = Feed.from(JSON.parse(JSON.stringify(entity!['dept'])));
          const words = answer[criterionQuestions(question)[0]!.name] as Uint32Array | undefined;
          const seen = words && PERSONS.filter((person) => new PersonSet(words).has(person));
          expect({ where, seen: state === 'data' ? seen : undefined }).toEqual({ where, seen: meets });
          found.met += meets?.length ?? 0;
          if (meets === undefined) found.withheld++;
        }
      }),
      { numRuns: RUNS },
    );
    for (const count of Object.values(found)) expect(count).toBeGreaterThan(RUNS / 20);
  }, 300_000);
});
