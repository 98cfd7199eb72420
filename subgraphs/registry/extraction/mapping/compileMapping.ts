import { PolkuError } from '../../../../schema/polkuError.js';
import { parseScheme, type Scheme } from '../../../linkage/scheme.js';
import type { ColumnDefinition, RegistryDefinition, TableDefinition } from '../../columns/tableDefinition.js';
import type { ColumnMapping, DateFormat, Mapping, SourceFormat, TableMapping } from './mapping.js';
import type { MappingFaults, MappingPath } from './mappingFaults.js';
import type { ColumnEntry, MappingFile, TableEntry } from './mappingFile.js';
import { didYouMean } from './nearestName.js';

const POPULATION = 'population';

/** What may be said of a column beside where it comes from, and of which kinds. */
const ATTRIBUTE_KINDS: Readonly<Record<string, readonly ColumnDefinition['kind'][]>> = {
  constant: ['code'],
  values: ['code'],
  dates: ['day'],
  take: ['day'],
  of: ['record'],
  scheme: ['person', 'family'],
};

/** Holds a mapping file against the registry that it fills. What does not fit is added to the faults. */
export function compileMapping(
  file: MappingFile,
  definition: RegistryDefinition,
  faults: MappingFaults,
): Mapping {
  return new MappingCompiler(file, definition, faults).compile();
}

class MappingCompiler {
  private readonly dates: DateFormat;

  constructor(
    private readonly file: MappingFile,
    private readonly definition: RegistryDefinition,
    private readonly faults: MappingFaults,
  ) {
    this.dates = file.format.dates ?? 'iso';
  }

  compile(): Mapping {
    const { file, definition, faults } = this;
    if (file.registry !== definition.name) {
      faults.at(['registry'], `This is the mapping of "${definition.name}", not of "${file.registry}".`);
    }
    const { absent = [] } = file;
    for (const name of Object.keys(definition.tables)) {
      if (file.tables[name] || absent.includes(name)) continue;
      const fix = 'Map it, or name it under "absent" if this system keeps nothing for it.';
      faults.at(['tables'], `The table "${name}" is not mapped. ${fix}`);
    }
    absent.forEach((name, index) => {
      if (!definition.tables[name])
        faults.at(['absent', index], this.unknown('table', name, definition.tables));
      if (file.tables[name]) faults.at(['absent', index], `"${name}" is mapped below: it is not absent.`);
    });
    if (file.knows !== undefined && definition.name !== POPULATION) {
      const message = 'Only the population register makes persons known';
      faults.at(['knows'], `${message}; ids of a scheme "local:..." are known by their first row.`);
    } else if (file.knows !== undefined && !definition.tables[file.knows]) {
      faults.at(['knows'], this.unknown('table', file.knows, definition.tables));
    }
    const scheme = this.scheme(file.scheme, ['scheme']);
    const tables = Object.entries(file.tables).flatMap(([name, entry]) => {
      const table = definition.tables[name];
      if (table && scheme) return [this.table(name, entry, table, scheme)];
      if (!table) faults.at(['tables', name], this.unknown('table', name, definition.tables));
      return [];
    });
    return {
      registry: file.registry,
      format: this.format(),
      knows: file.knows,
      codeChanges: file.codeChanges && scheme ? { ...file.codeChanges, scheme } : undefined,
      // Who is known is settled before anybody else is looked up.
      tables: tables.sort((a, b) => Number(b.name === file.knows) - Number(a.name === file.knows)),
      absent,
    };
  }

  private format(): SourceFormat {
    const { type, delimiter = ',', quote = '"', encoding = 'utf-8' } = this.file.format;
    return type === 'csv' ? { type, delimiter, quote, encoding } : { type };
  }

  private table(name: string, entry: TableEntry, definition: TableDefinition, scheme: Scheme): TableMapping {
    const path = ['tables', name];
    const absent: ColumnMapping[] = [];
    for (const [column, { optional }] of Object.entries(definition.columns)) {
      if (entry.columns[column] !== undefined) continue;
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
    const ownScheme = entry.scheme === undefined ? scheme : this.scheme(entry.scheme, [...path, 'scheme']);
    return {
      name,
      file: entry.file,
      subject: { from: entry.subject, scheme: ownScheme ?? scheme },
      unique: entry.unique,
      interval: entry.interval,
      columns: [...columns, ...absent],
    };
  }

  private column(
    name: string,
    entry: ColumnEntry,
    table: TableDefinition,
    tableScheme: Scheme,
    path: MappingPath,
  ): ColumnMapping | undefined {
    const definition = table.columns[name];
    if (!definition) {
      this.faults.at(path, this.unknown('column', name, table.columns));
      return undefined;
    }
    const { kind, optional = false } = definition;
    const { from, constant, values, dates, take, of, scheme } =
      typeof entry === 'string' ? { from: entry } : entry;
    for (const [attribute, kinds] of Object.entries(ATTRIBUTE_KINDS)) {
      if (typeof entry === 'object' && attribute in entry && !kinds.includes(kind)) {
        this.faults.at(
          [...path, attribute],
          `"${attribute}" is not for a column of kind ${kind} ("${name}").`,
        );
      }
    }
    if (constant !== undefined && from === undefined && kind === 'code') {
      return { kind: 'constant', name, optional, code: constant };
    }
    if (from === undefined || constant !== undefined) {
      this.faults.at(
        path,
        `"${name}" needs "from" (a source column)${kind === 'code' ? ' or "constant"' : ''}.`,
      );
      return undefined;
    }
    const base = { name, from, optional };
    switch (kind) {
      case 'day':
        return { ...base, kind, dates: dates ?? this.dates, lastDayOfMonth: take === 'last-day-of-month' };
      case 'code': {
        const translated = values && new Map(Object.entries(values));
        return { ...base, kind, values: translated, list: definition.list };
      }
      case 'person':
      case 'family': {
        const own = scheme === undefined ? tableScheme : this.scheme(scheme, [...path, 'scheme']);
        return own && { ...base, kind, scheme: own };
      }
      case 'record':
        if (of !== undefined) this.requireRecords(of, [...path, 'of']);
        return { ...base, kind, of };
      case 'number':
        return { ...base, kind };
    }
  }

  /** A record of another table is told by the column that is unique there. */
  private requireRecords(table: string, path: MappingPath): void {
    const { tables } = this.definition;
    if (!tables[table]) this.faults.at(path, this.unknown('table', table, tables));
    else if (!Object.values(tables[table].columns).some(({ kind }) => kind === 'record'))
      this.faults.at(path, `The table "${table}" has no column of kind record.`);
  }

  private requireKind(
    table: TableDefinition,
    column: string | undefined,
    kind: ColumnDefinition['kind'],
    path: MappingPath,
  ): void {
    if (column === undefined || table.columns[column]?.kind === kind) return;
    const fitting = Object.keys(table.columns).filter((name) => table.columns[name]?.kind === kind);
    this.faults.at(
      path,
      `"${column}" is not a column of kind ${kind}; this table has: ${fitting.join(', ')}.`,
    );
  }

  private scheme(text: string, path: MappingPath): Scheme | undefined {
    try {
      return parseScheme(text);
    } catch (cause) {
      if (!(cause instanceof PolkuError)) throw cause;
      this.faults.at(path, cause.message, cause.code);
      return undefined;
    }
  }

  private unknown(what: string, name: string, known: Readonly<Record<string, unknown>>): string {
    const names = Object.keys(known);
    return (
      `"${name}" is no ${what} of the registry${didYouMean(name, names)}; ` + `it has: ${names.join(', ')}.`
    );
  }
}
