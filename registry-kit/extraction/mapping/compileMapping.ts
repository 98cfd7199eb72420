// Long, because one pass reports every fault of a mapping: all its checks share the place and the table.
import { parseDay } from '../../../lib/calendar.js';
import { didYouMean } from '../../../lib/didYouMean.js';
import { PolkuError } from '../../../lib/errors.js';
import { parseScheme, type Scheme } from '../../../linkage/localId.js';
import type { CodeLists } from '../../codes/codeLists.js';
import type { ColumnDefinition, RegistryDefinition, TableDefinition } from '../../columns/tableDefinition.js';
import { mayBeCode } from '../rows/codeDictionary.js';
import { hasYearsOfTwoDigits, parseNumber } from '../rows/parseValues.js';
import { SourceCompiler } from './compileSource.js';
import {
  type CellFormat,
  CODE_CHANGES,
  isDatabase,
  type ColumnEntry,
  type ColumnMapping,
  type Mapping,
  type MappingFaults,
  type MappingFile,
  type MappingPath,
  type TableEntry,
  type TableMapping,
} from './mapping.js';

/** The registry that defines who is known. */
export const POPULATION = 'population';

/** Optional attributes of a column, and the kinds that allow them. */
const ATTRIBUTE_KINDS: Readonly<Record<string, readonly ColumnDefinition['kind'][]>> = {
  constant: ['code', 'day', 'number'],
  values: ['code'],
  dates: ['day', 'partial-day'],
  firstYear: ['day', 'partial-day'],
  decimal: ['number'],
  take: ['day'],
  of: ['record'],
  scheme: ['person', 'family'],
};

/** What a mapping is checked against, in addition to the definition of its registry. */
export interface MappingContext {
  readonly codeLists: CodeLists;
  /** The scheme that the population register uses for people. */
  readonly sharedScheme?: string | undefined;
}

/** Checks a mapping file against its registry. Faults are collected. */
export function compileMapping(
  file: MappingFile,
  definition: RegistryDefinition,
  faults: MappingFaults,
  context: MappingContext,
): Mapping {
  return new MappingCompiler(file, definition, faults, context).compile();
}

class MappingCompiler {
  private readonly schemes = new Set<string>();
  private readonly idForms = new Map<string, RegExp>();
  private readonly sharedScheme: string | undefined;
  private readonly source: SourceCompiler;

  constructor(
    private readonly file: MappingFile,
    private readonly definition: RegistryDefinition,
    private readonly faults: MappingFaults,
    private readonly context: MappingContext,
  ) {
    this.source = new SourceCompiler(file.format, faults);
    this.sharedScheme = definition.name === POPULATION ? schemeOfKnown(file) : context.sharedScheme;
    for (const [scheme, form] of Object.entries(file.idForms ?? {})) {
      try {
        this.idForms.set(scheme, new RegExp(`^(?:${form})$`, 'u'));
      } catch {
        faults.at(['idForms', scheme], `"${form}" is not a regular expression.`);
      }
    }
  }

  compile(): Mapping {
    const { file, definition, faults } = this;
    if (file.registry !== definition.name) {
      faults.at(['registry'], `This is the mapping of "${definition.name}", not of "${file.registry}".`);
    }
    const { absent = [] } = file;
    for (const name of Object.keys(definition.tables)) {
      if (own(file.tables, name) || absent.includes(name)) continue;
      const fix = 'Map it, or name it under "absent" if this system keeps nothing for it.';
      faults.at(['tables'], `The table "${name}" is not mapped. ${fix}`);
    }
    absent.forEach((name, index) => {
      if (!own(definition.tables, name))
        faults.at(['absent', index], this.unknown('table', name, definition.tables));
      if (own(file.tables, name))
        faults.at(['absent', index], `"${name}" is mapped below: it is not absent.`);
    });
    if (file.knows !== undefined && definition.name !== POPULATION) {
      const message = 'Only the population register makes persons known';
      faults.at(['knows'], `${message}; ids of a scheme "local:..." are known by their first row.`);
    } else if (file.knows !== undefined && !own(definition.tables, file.knows)) {
      faults.at(['knows'], this.unknown('table', file.knows, definition.tables));
    }
    const scheme = this.scheme(file.scheme, ['scheme']);
    const tables = Object.entries(file.tables).flatMap(([name, entry]) => {
      const table = own(definition.tables, name);
      if (table && scheme) return [this.table(name, entry, table, scheme)];
      if (!table) faults.at(['tables', name], this.unknown('table', name, definition.tables));
      return [];
    });
    for (const name of Object.keys(file.idForms ?? {})) this.requireUsed(name);
    return {
      registry: file.registry,
      format: this.source.format(),
      knows: file.knows,
      codeChanges: this.codeChanges(scheme),
      tables: this.inOrder(tables),
      absent,
      notices: faults.notices,
    };
  }

  private codeChanges(scheme: Scheme | undefined): Mapping['codeChanges'] {
    const { codeChanges } = this.file;
    if (!codeChanges || !scheme) return undefined;
    const source = this.source.rowSource(CODE_CHANGES, codeChanges, [CODE_CHANGES]);
    const [old, now] = (['old', 'new'] as const).map((which) =>
      this.source.sourceColumn(codeChanges[which], [CODE_CHANGES, which]),
    ) as [string, string];
    return { source, old, new: now, scheme };
  }

  private table(name: string, entry: TableEntry, definition: TableDefinition, scheme: Scheme): TableMapping {
    const path = ['tables', name];
    const absent: ColumnMapping[] = [];
    for (const [column, { optional }] of Object.entries(definition.columns)) {
      if (own(entry.columns, column) !== undefined) continue;
      if (optional) absent.push({ kind: 'absent', name: column, optional });
      else this.faults.at([...path, 'columns'], `The column "${column}" of "${name}" is not mapped.`);
    }
    this.requireKind(definition, entry.unique === 'subject' ? undefined : entry.unique, 'record', [
      ...path,
      'unique',
    ]);
    entry.interval?.forEach((column, index) =>
      this.requireKind(definition, column, 'day', [...path, 'interval', index]),
    );
    const columns = Object.entries(entry.columns).flatMap(([column, columnEntry]) => {
      const compiled = this.column(column, columnEntry, definition, scheme, [...path, 'columns', column]);
      return compiled ? [compiled] : [];
    });
    this.noteUnchecked(name, entry, definition, path);
    const ownScheme = entry.scheme === undefined ? scheme : this.scheme(entry.scheme, [...path, 'scheme']);
    return {
      name,
      source: this.source.rowSource(name, entry, path),
      subject: {
        from: this.source.sourceColumn(entry.subject, [...path, 'subject']),
        scheme: ownScheme ?? scheme,
        missing: this.missing({}),
      },
      unique: entry.unique,
      interval: entry.interval,
      columns: [...columns, ...absent],
      watermark: this.watermark(name, entry, definition, [...path, 'watermark']),
    };
  }

  /** Changes are found by a time, and deletions by the ids that are left. */
  private watermark(
    name: string,
    { watermark, unique, columns }: TableEntry,
    { protects }: TableDefinition,
    path: MappingPath,
  ): TableMapping['watermark'] {
    if (watermark === undefined) return undefined;
    if (!isDatabase(this.file.format))
      this.faults.at(path, '"watermark" is for databases: files are read as a whole.');
    if (protects)
      this.faults.at(path, `"${name}" protects people, so it is read as a whole: no change may be missed.`);
    const entry = unique === undefined ? undefined : own(columns, unique);
    const id = typeof entry === 'object' ? entry.from : entry;
    if (typeof id === 'string') return { column: watermark, id };
    const fix = '"unique" must name a column of kind record that is read from one source column.';
    this.faults.at(path, `"watermark" needs an id of each row of "${name}": ${fix}`);
    return undefined;
  }

  /** Notes checks that the mapping leaves out, on purpose or by mistake. */
  private noteUnchecked(
    name: string,
    entry: TableEntry,
    definition: TableDefinition,
    path: MappingPath,
  ): void {
    const id = name === this.file.knows ? 'subject' : this.recordsOf(name);
    if (entry.unique === undefined && id !== undefined) {
      const what = id === 'subject' ? 'people have more than one row' : 'rows share an id';
      const message = `"${name}" has no "unique": it is not checked whether ${what}, and all are accepted.`;
      this.faults.note(path, `${message} Write "unique: ${id}", unless that is right.`);
    }
    const [start, end] = daysApart(entry, definition);
    if (entry.interval === undefined && start !== undefined && end !== undefined) {
      const message = `"${name}" has no "interval": it is not checked whether "${end}" is before "${start}".`;
      this.faults.note(path, `${message} Write "interval: [${start}, ${end}]", unless that is right.`);
    }
  }

  private column(
    name: string,
    entry: ColumnEntry,
    table: TableDefinition,
    tableScheme: Scheme,
    path: MappingPath,
  ): ColumnMapping | undefined {
    const definition = own(table.columns, name);
    if (!definition) {
      this.faults.at(path, this.unknown('column', name, table.columns));
      return undefined;
    }
    const { kind, optional = false } = definition;
    const given = typeof entry === 'string' ? { from: entry } : entry;
    const { from, constant, values, take, of, scheme } = given;
    for (const [attribute, kinds] of Object.entries(ATTRIBUTE_KINDS)) {
      if (attribute in given && !kinds.includes(kind)) {
        this.faults.at(
          [...path, attribute],
          `"${attribute}" is not for a column of kind ${kind} ("${name}").`,
        );
      }
    }
    if (constant !== undefined && from === undefined)
      return this.constant(name, constant, definition, [...path, 'constant']);
    if (from === undefined || constant !== undefined) {
      const orConstant = ATTRIBUTE_KINDS['constant']!.includes(kind) ? ' or "constant"' : '';
      this.faults.at(path, `"${name}" needs "from" (a source column)${orConstant}.`);
      return undefined;
    }
    if (typeof from !== 'string' && kind !== 'record')
      this.faults.at([...path, 'from'], `Only a record ("${name}" is a ${kind}) is made of several columns.`);
    for (const column of [from].flat()) this.source.sourceColumn(column, [...path, 'from']);
    const base = { name, from, optional, missing: this.missing(given) };
    switch (kind) {
      case 'day':
        return {
          ...base,
          kind,
          ...this.dates(given, path),
          zone: this.file.format.zone,
          lastDayOfMonth: take === 'last-day-of-month',
        };
      case 'partial-day':
        return { ...base, kind, ...this.dates(given, path), zone: this.file.format.zone };
      case 'code':
        return {
          ...base,
          kind,
          values: values && this.translation(name, values, definition, [...path, 'values']),
          list: definition.list,
          enumeration: definition.values,
        };
      case 'person':
      case 'family': {
        const own = scheme === undefined ? tableScheme : this.scheme(scheme, [...path, 'scheme']);
        return own && { ...base, kind, scheme: own };
      }
      case 'record': {
        const named = of ?? definition.of;
        if (named !== undefined) this.requireRecords(named, [...path, 'of']);
        return { ...base, kind, of: named };
      }
      case 'number':
        return { ...base, kind, decimal: given.decimal ?? this.file.format.decimal };
    }
  }

  /** Texts that mean a missing value: those of the column, and those of the whole export. */
  private missing({ missing = [] }: CellFormat): ReadonlySet<string> | undefined {
    const all = [...(this.file.format.missing ?? []), ...missing];
    return all.length === 0 ? undefined : new Set(all.map((text) => text.trim()));
  }

  private dates(
    own: CellFormat,
    path: MappingPath,
  ): { readonly dates: string; readonly firstYear: number | undefined } {
    const { format } = this.file;
    const dates = own.dates ?? format.dates ?? (format.type === 'fhir' ? 'typed' : 'iso');
    const firstYear = own.firstYear ?? format.firstYear;
    if (hasYearsOfTwoDigits(dates) && firstYear === undefined) {
      const fix = 'Add "firstYear", the first of the hundred years that they stand for, such as 1930.';
      this.faults.at(
        own.dates === undefined ? ['format', 'dates'] : [...path, 'dates'],
        `Years of two digits are ambiguous. ${fix}`,
      );
    }
    return { dates, firstYear: firstYear === undefined ? undefined : Number(firstYear) };
  }

  private constant(
    name: string,
    text: string,
    definition: ColumnDefinition,
    path: MappingPath,
  ): ColumnMapping | undefined {
    const { kind, optional = false } = definition;
    switch (kind) {
      case 'code':
        this.requireCode(text, definition, path);
        return { kind: 'constant', name, optional, code: text };
      case 'day':
      case 'number': {
        const value = kind === 'day' ? parseDay(text) : parseNumber(text, undefined);
        if (value !== undefined) return { kind: 'constant-value', name, optional, value };
        const expected = kind === 'day' ? 'a day such as 2012-05-14' : 'a plain decimal such as 7.5';
        this.faults.at(path, `"${text}" is not ${expected}.`);
        return undefined;
      }
      default:
        return undefined;
    }
  }

  /** Surrounding blanks of source values are ignored. */
  private translation(
    name: string,
    values: Readonly<Record<string, string>>,
    definition: ColumnDefinition,
    path: MappingPath,
  ): ReadonlyMap<string, string> {
    const translation = new Map<string, string>();
    for (const [written, code] of Object.entries(values)) {
      const value = written.trim();
      if (translation.has(value))
        this.faults.at([...path, written], `"${value}" is translated twice in "${name}".`);
      this.requireCode(code, definition, [...path, written]);
      translation.set(value, code);
    }
    return translation;
  }

  /** A code that the mapping itself names must be one that the column can hold. */
  private requireCode(code: string, definition: ColumnDefinition, path: MappingPath): void {
    if (definition.kind !== 'code') return;
    const { list, values } = definition;
    const known = values ?? (list === undefined ? undefined : this.context.codeLists.get(list)?.keys());
    if (known === undefined) {
      if (mayBeCode(code)) return;
      const expected =
        'Expected 1 to 40 letters, digits and . _ : / + - that do not look like an identity code.';
      this.faults.at(path, `This is not a code. ${expected}`);
      return;
    }
    const codes = [...known];
    if (codes.includes(code)) return;
    const all = values ? `It must be one of: ${codes.join(', ')}` : `codes.yaml lists ${codes.length} codes`;
    const what = values ? 'value of the enumeration' : `code of the list "${list}"`;
    this.faults.at(path, sentences(`"${code}" is not a ${what}.`, didYouMean(code, codes), `${all}.`));
  }

  private requireRecords(table: string, path: MappingPath): void {
    const { tables } = this.definition;
    const named = own(tables, table);
    if (!named) this.faults.at(path, this.unknown('table', table, tables));
    else if (!Object.values(named.columns).some(({ kind }) => kind === 'record'))
      this.faults.at(path, `The table "${table}" has no column of kind record.`);
    else if (!own(this.file.tables, table))
      this.faults.at(path, `The table "${table}" is not mapped, so none of its records exists.`);
    else if (this.recordsOf(table) === undefined)
      this.faults.at(path, `No column of "${table}" holds the ids of its own records.`);
  }

  /**
   * The column that identifies the records of a table: the unique one, or the first that references no other
   * table.
   */
  private recordsOf(table: string): string | undefined {
    const { unique, columns } = own(this.file.tables, table)!;
    const definition = own(this.definition.tables, table)!;
    const ids = Object.keys(columns).filter((name) => {
      const entry = columns[name]!;
      const column = own(definition.columns, name);
      return column?.kind === 'record' && !column.of && (typeof entry === 'string' || !entry.of);
    });
    return ids.find((name) => name === unique) ?? ids[0];
  }

  /**
   * Sorts the tables: the one that defines who is known comes first, and referenced tables come before those
   * that reference them.
   */
  private inOrder(tables: readonly TableMapping[]): TableMapping[] {
    const ordered: TableMapping[] = [];
    const place = (table: TableMapping, within: readonly string[]): void => {
      if (ordered.includes(table)) return;
      if (within.includes(table.name)) {
        const cycle = `The tables ${[...within, table.name].join(' -> ')} name each other's records.`;
        this.faults.at(['tables', table.name], cycle);
        return;
      }
      for (const parent of tables)
        if (namedTables(table).includes(parent.name)) place(parent, [...within, table.name]);
      ordered.push(table);
    };
    for (const table of tables) if (table.name === this.file.knows) place(table, []);
    for (const table of tables) place(table, []);
    const named = new Set(tables.flatMap(namedTables));
    return ordered.map((table) =>
      named.has(table.name) ? { ...table, records: this.recordsOf(table.name) } : table,
    );
  }

  private requireKind(
    table: TableDefinition,
    column: string | undefined,
    kind: ColumnDefinition['kind'],
    path: MappingPath,
  ): void {
    if (column === undefined || own(table.columns, column)?.kind === kind) return;
    const fitting = Object.keys(table.columns).filter((name) => table.columns[name]?.kind === kind);
    this.faults.at(
      path,
      `"${column}" is not a column of kind ${kind}; this table has: ${fitting.join(', ')}.`,
    );
  }

  /** A form for a scheme that is not used is probably misspelt. */
  private requireUsed(scheme: string): void {
    const used = [...this.schemes].filter((name) => name !== 'hetu');
    if (used.includes(scheme)) return;
    const expected = used.length === 0 ? 'no local scheme' : `these local schemes: ${used.join(', ')}`;
    this.faults.at(
      ['idForms', scheme],
      sentences(
        `The mapping does not use the scheme "${scheme}".`,
        didYouMean(scheme, used),
        `It uses ${expected}.`,
      ),
    );
  }

  private scheme(text: string, path: MappingPath): Scheme | undefined {
    try {
      this.schemes.add(text);
      return parseScheme(text, { shared: text === this.sharedScheme, form: this.idForms.get(text) });
    } catch (cause) {
      if (!(cause instanceof PolkuError)) throw cause;
      this.faults.at(path, cause.message, cause.code);
      return undefined;
    }
  }

  private unknown(what: string, name: string, known: Readonly<Record<string, unknown>>): string {
    const names = Object.keys(known);
    return sentences(
      `"${name}" is not a ${what} of the registry.`,
      didYouMean(name, names),
      `It has: ${names.join(', ')}.`,
    );
  }
}

/** Joins the sentences that are defined. */
function sentences(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' ');
}

/** An own property of a record by a name from the file; not an inherited one, such as "constructor". */
function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The columns of days with different source columns. The column that orders the rows comes first. */
function daysApart({ columns }: TableEntry, definition: TableDefinition): string[] {
  const sources = new Set<unknown>();
  return Object.keys(columns)
    .filter((name) => own(definition.columns, name)?.kind === 'day')
    .sort((a, b) => Number(b === definition.order) - Number(a === definition.order))
    .filter((name) => {
      const entry = columns[name]!;
      const source = typeof entry === 'string' ? entry : entry.from;
      if (source === undefined || sources.has(source)) return false;
      sources.add(source);
      return true;
    });
}

/** The other tables whose records the rows of a table name. */
function namedTables({ name, columns }: TableMapping): string[] {
  return columns.flatMap((column) =>
    column.kind === 'record' && column.of !== undefined && column.of !== name ? [column.of] : [],
  );
}

/** The scheme of the table that defines who is known. */
export function schemeOfKnown({ knows, tables, scheme }: MappingFile): string {
  return (knows === undefined ? undefined : own(tables, knows)?.scheme) ?? scheme;
}
