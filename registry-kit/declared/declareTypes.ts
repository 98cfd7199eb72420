import { formatPartialDay, type PartialDate } from '../../lib/partialDate.js';
import {
  Args,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Float,
  ObjectType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import type { PersonKey } from '../../schema/keys.js';
import { ContactIDScalar, PartialDateScalar } from '../../schema/scalars.js';
import { CodedValue, codingAt } from '../codes/codedValue.js';
import { codeAt, type CodeColumn, type Table } from '../columns/table.js';
import { Contact, type ContactTable, dateAt, recordAt } from '../contacts/contact.js';
import { contactArgs, type ContactFilter, intervalArgs, type Period } from '../contacts/period.js';
import { type IntervalTable, rowNumbers, selectContacts, selectRows } from '../contacts/selectRows.js';
import type { DataRecord, DataSubject } from '../enforcement/dataSubject.js';
import { stableShuffle } from '../enforcement/stableShuffle.js';
import type { SubgraphModule } from '../subgraph/departmentRegistry.js';
import { PersonStub } from '../subgraph/entityStubs.js';
import type { RegistryContext } from '../subgraph/registryContext.js';
import type { Declaration, DeclaredColumn, DeclaredTable } from './declaration.js';

/** A row of a declared table: its subject, its record and its fields, by name. */
interface DeclaredRow extends DataSubject {
  readonly record: DataRecord;
  readonly id?: string;
}

/** Makes the object of a row. A row of a record without a unit of its own has that of the record. */
type RowClass = new (table: Table, row: number, parent?: DeclaredRow) => DeclaredRow;

/** A table with the class of its rows. */
interface TypedTable {
  readonly table: DeclaredTable;
  readonly Row: RowClass;
}

/**
 * Makes the types and resolvers of a declared registry by the decorators with which other registries declare
 * theirs. Its resolvers only read, as theirs do; enforcement wraps them.
 */
export function declareTypes({ name: registry, tables }: Declaration): SubgraphModule {
  @ObjectType('Person')
  @Directive('@key(fields: "id")')
  class DeclaredPerson extends PersonStub {}

  const typed = new Map(
    tables.map((table): [string, TypedTable] => [table.name, { table, Row: declareRow(registry, table) }]),
  );
  const resolvers = tables.map(({ name, of }) => {
    const rows = typed.get(name)!;
    return of === undefined ? rowsOfPerson(DeclaredPerson, rows) : rowsOfRecord(typed.get(of)!, rows);
  });
  return {
    resolvers,
    entities: [DeclaredPerson, typed.get('contacts')!.Row],
    references: { Person: ({ id }) => new DeclaredPerson(id as number) },
  };
}

/** The GraphQL type of a column's field, and how its value is read. */
const KINDS = {
  day: { type: () => PartialDateScalar, read: dateOf },
  'partial-day': { type: () => PartialDateScalar, read: partialDateOf },
  code: { type: () => CodedValue, read: codingOf },
  number: { type: () => Float, read: numberOf },
  record: { type: () => ContactIDScalar, read: recordOf },
} as const;

type ReadColumn = (column: never, row: number, list: string) => unknown;

function dateOf(column: Int32Array, row: number): PartialDate | null {
  return dateAt(column, row);
}

function partialDateOf(column: Int32Array, row: number): PartialDate | null {
  return formatPartialDay(column[row]!);
}

function codingOf(column: CodeColumn, row: number, list: string): CodedValue | null {
  return codingAt(list, column, row);
}

function numberOf(column: Float64Array, row: number): number | null {
  const value = column[row]!;
  return Number.isNaN(value) ? null : value;
}

function recordOf(column: BigUint64Array, row: number): string {
  return recordAt(column, row);
}

const ENDED: Readonly<Record<string, string>> = { endedAt: 'Missing where it goes on.' };

function declareRow(registry: string, table: DeclaredTable): RowClass {
  const fields = table.columns.map((column) => ({
    name: column.name,
    field: column.field,
    list: listOf(registry, column),
    read: KINDS[column.kind].read as ReadColumn,
  }));
  const fill = (object: object, { columns }: Table, row: number): void => {
    const values = columns as Readonly<Record<string, never>>;
    for (const { name, field, list, read } of fields)
      (object as Record<string, unknown>)[field] = read(values[name]!, row, list);
  };
  const Row = table.name === 'contacts' ? contactClass(registry, table, fill) : rowClass(table, fill);
  for (const { field, kind, description = ENDED[field] } of table.columns)
    Field(KINDS[kind].type, {
      nullable: kind !== 'record',
      ...(description !== undefined && { description }),
    })(Row.prototype as object, field);
  return Row;
}

type Fill = (object: object, table: Table, row: number) => void;

function contactClass(registry: string, { type, description }: DeclaredTable, fill: Fill): RowClass {
  @ObjectType(type, { implements: Contact, simpleResolvers: true, description })
  class DeclaredContact extends Contact {
    constructor(table: ContactTable, row: number) {
      super(registry, table, row);
      fill(this, table, row);
    }
  }
  return DeclaredContact as unknown as RowClass;
}

function rowClass({ type, description }: DeclaredTable, fill: Fill): RowClass {
  @ObjectType(type, { simpleResolvers: true, description })
  class DeclaredInterval implements DeclaredRow {
    readonly subject: PersonKey;
    readonly record: DataRecord;

    @Field(() => PartialDateScalar, { nullable: true })
    readonly startedAt: PartialDate | null;

    constructor(table: IntervalTable, row: number, parent?: DeclaredRow) {
      const { start, unit } = table.columns;
      this.subject = table.subject[row]!;
      this.record = { start: start[row]!, unit: unit ? codeAt(unit, row) : parent?.record.unit };
      this.startedAt = dateAt(start, row);
      fill(this, table, row);
    }
  }
  return DeclaredInterval as unknown as RowClass;
}

/** The code list of a column; without one, codes have no labels. */
function listOf(registry: string, { name, list }: DeclaredColumn): string {
  return `${registry}/${list ?? (name === 'unit' ? 'units' : name)}`;
}

type Context = RegistryContext;
type Method = (this: void, source: never, ...rest: never[]) => Promise<readonly DeclaredRow[]>;

/** A resolver with one field that lists rows: an instance of a class of its own, as type-graphql wants it. */
function listField(
  owner: RowClass | typeof PersonStub,
  { table: { field, description }, Row }: TypedTable,
  read: Method,
  args?: new () => object,
): object {
  @Resolver(() => owner as RowClass)
  class RowsResolver {}
  const { prototype } = RowsResolver;
  Object.defineProperty(prototype, field, { value: read });
  Root()(prototype, field, 0);
  if (args) Args(() => args)(prototype, field, 1);
  Ctx()(prototype, field, args ? 2 : 1);
  FieldResolver(() => [Row], { nullable: true, description })(prototype, field, {});
  return new RowsResolver();
}

/** The field of a person that lists rows, with arguments that select them by their shown dates. */
function rowsOfPerson(Person: typeof PersonStub, rows: TypedTable): object {
  const { table, Row } = rows;
  const { name, type } = table;
  const coordinate = `Person.${table.field}`;
  if (name === 'contacts') {
    const read = async (person: PersonStub, filter: ContactFilter, context: Context) => {
      const slice = await context.store.rows.rows(name, person.id);
      const contacts = slice as typeof slice & { readonly table: ContactTable };
      return selectContacts(contacts, filter, { coordinate, type }, context).map(
        (row) => new Row(slice.table, row),
      );
    };
    return listField(Person, rows, read as Method, contactArgs(type));
  }
  const keyOf = shownKey(table);
  const read = async (person: PersonStub, period: Period, context: Context) => {
    const slice = await context.store.rows.rows(name, person.id);
    const identity = (row: number) => {
      const object = new Row(slice.table, row);
      return object.id ?? keyOf(object, context);
    };
    const selection = { period, context, coordinate, type, ongoing: true, identity };
    return selectRows(slice.table as IntervalTable, slice, selection).map((row) => new Row(slice.table, row));
  };
  return listField(Person, rows, read as Method, intervalArgs(type));
}

/**
 * The field of a record that lists its rows. They are sorted by what is shown of them, because the order of
 * the table would reveal masked dates.
 */
function rowsOfRecord(owner: TypedTable, rows: TypedTable): object {
  const { table, Row } = rows;
  const keyOf = shownKey(table);
  const read = async (record: DeclaredRow, context: Context) => {
    const slice = await context.store.rows.rows(table.name, record.subject);
    const parent = (slice.table.columns as unknown as { readonly parent: BigUint64Array }).parent;
    const id = BigInt(`0x${record.id!}`);
    const shuffle = stableShuffle(`${context.decision.domain}\0${table.type}`);
    return [...rowNumbers(slice)]
      .filter((row) => parent[row] === id)
      .map((row) => {
        const object = new Row(slice.table, row, record);
        return {
          object,
          key: keyOf(object, context),
          rank: object.id === undefined ? 0 : shuffle(object.id),
        };
      })
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.rank - b.rank))
      .map(({ object }) => object);
  };
  return listField(owner.Row, rows, read as Method);
}

/** What the caller sees of a row, as a text that sorts by its start. */
function shownKey({ type, columns }: DeclaredTable): (row: DeclaredRow, context: Context) => string {
  const fields = ['startedAt', ...columns.filter(({ kind }) => kind !== 'record').map(({ field }) => field)];
  return (row, { access }) =>
    JSON.stringify(
      fields.map((field) => {
        const value = (row as unknown as Readonly<Record<string, unknown>>)[field] ?? null;
        const plain = value instanceof CodedValue ? value.code : (value as string | number | null);
        return plain === null ? null : access.maskedValue(`${type}.${field}`, row, plain);
      }),
    );
}
