import { didYouMean } from '../../lib/didYouMean.js';
import type { MappingPath } from '../extraction/mapping/mapping.js';
import type { FeatureSource } from '../features/feature.js';
import { rowFeatures } from '../features/rowFeatures.js';
import {
  coOccurrence,
  type RowKind,
  type RowNumber,
  type RowTest,
  type Statistic,
} from '../features/statistic.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import type { Declaration, DeclaredColumn, DeclaredTable } from './declaration.js';
import type { FactorsFile, StatisticFile } from './declarationFile.js';
import { wayTo } from './declareGroupCriteria.js';

/**
 * Makes the factors of predictions. Faults are collected.
 * @returns undefined if the registry declares none
 */
export function declareFactors(declaration: Declaration): FeatureSource<RegistryStore> | undefined {
  const { factors } = declaration;
  return factors && new FactorCompiler(declaration, factors).compile();
}

/** Statistics of one kind of rows that need no more than their name. */
type SimpleKind = 'since' | 'trend';

class FactorCompiler {
  private readonly kinds = new Map<string, RowKind>();

  constructor(
    private readonly declaration: Declaration,
    private readonly factors: FactorsFile,
  ) {}

  compile(): FeatureSource<RegistryStore> {
    const { factors, declaration } = this;
    for (const name of Object.keys(factors.rows)) this.addKind(name);
    const part = (name: 'child' | 'parents' | 'siblings') =>
      (factors[name] ?? []).flatMap((entry, index) => this.statistics(entry, ['factors', name, index]));
    const source = rowFeatures(declaration.name, {
      child: part('child'),
      parents: part('parents'),
      siblings: part('siblings'),
    });
    const ids = new Set<string>();
    for (const { id } of source.features) {
      if (ids.has(id)) declaration.faults.at(['factors'], `The factor "${id}" is declared twice.`);
      ids.add(id);
    }
    return source;
  }

  private addKind(id: string): void {
    const { of, label, where } = this.factors.rows[id]!;
    const { tables } = this.declaration;
    const path = ['factors', 'rows', id];
    const table = tables.find(({ name }) => name === of);
    if (!table)
      return this.unknown(
        'table',
        of,
        tables.map(({ name }) => name),
        [...path, 'of'],
      );
    const [column, test] = Object.entries(where ?? {})[0] ?? [];
    const found = column === undefined ? undefined : this.column(table, column, [...path, 'where', column]);
    this.kinds.set(id, {
      id,
      label,
      table: of,
      start: 'start',
      ...(found && test && { where: this.test(found, test, [...path, 'where', found.name]) }),
      reads: [
        ...wayTo(table, tables),
        `${table.type}.startedAt`,
        ...(found ? [`${table.type}.${found.field}`] : []),
      ],
    });
  }

  private test(
    { name, kind }: DeclaredColumn,
    test: readonly string[] | { readonly atLeast: string },
    path: MappingPath,
  ): RowTest {
    const { faults } = this.declaration;
    if ('atLeast' in test) {
      if (kind !== 'number') faults.at(path, `"${name}" is a ${kind}, and "atLeast" is for numbers.`);
      return { column: name, atLeast: Number(test.atLeast) };
    }
    if (kind !== 'code') faults.at(path, `"${name}" is a ${kind}, and a list is for codes.`);
    const prefixes = test.filter((code) => code.endsWith('*'));
    if (prefixes.length === 0) return { column: name, codes: test };
    if (prefixes.length < test.length)
      faults.at(path, 'Write all of them with a star, or none: F* begins with F.');
    return { column: name, prefixes: prefixes.map((code) => code.slice(0, -1)) };
  }

  private statistics(entry: StatisticFile, path: MappingPath): readonly Statistic[] {
    const { faults } = this.declaration;
    const { months, ...stated } = entry;
    const [kind, ...others] = Object.keys(stated) as (keyof typeof stated)[];
    if (kind === undefined || others.length > 0) {
      faults.at(path, 'Write one of count, sum, mean, since, trend, ongoing, variety and together.');
      return [];
    }
    const isWindowed = ['count', 'sum', 'mean', 'variety'].includes(kind);
    if (isWindowed !== (months !== undefined))
      faults.at(
        path,
        isWindowed ? `"${kind}" needs "months".` : `"${kind}" has a window of its own: leave out "months".`,
      );
    const windows = (months ?? []).map((month) => (month === 'ever' ? undefined : Number(month)));
    if (kind !== 'count' && windows.includes(undefined)) {
      faults.at([...path, 'months'], `"ever" is only for "count".`);
      return [];
    }
    const at = [...path, kind];
    if (kind === 'since' || kind === 'trend') return this.simple(kind, entry[kind]!, at);
    switch (kind) {
      case 'count': {
        const of = this.kind(entry.count!, at);
        return of ? windows.map((window) => ({ kind, of, months: window })) : [];
      }
      case 'sum':
      case 'mean': {
        const { of: name, column, label } = entry[kind]!;
        const of = this.kind(name, [...at, 'of']);
        const number = of && this.number(of, column, label, [...at, 'column']);
        return number ? windows.map((window) => ({ kind, of, number, months: window! })) : [];
      }
      case 'ongoing': {
        const of = this.kind(entry.ongoing!, at);
        const end = of && this.endOf(of, at);
        return end ? [{ kind, of, end }] : [];
      }
      case 'variety': {
        const { id, label, of: names } = entry.variety!;
        const of = names.flatMap((name, index) => this.kind(name, [...at, 'of', index]) ?? []);
        return windows.map((window) => ({ kind, id, label, of, months: window! }));
      }
      case 'together': {
        const [first, second, ...more] = entry.together!.map((name, index) =>
          this.kind(name, [...at, index]),
        );
        if (more.length > 0) faults.at(at, 'Name two kinds of rows.');
        if (!first || !second) return [];
        if (first.table !== second.table) {
          faults.at(at, 'Both kinds must be rows of one table.');
          return [];
        }
        return [coOccurrence(first, second)];
      }
    }
  }

  private simple(kind: SimpleKind, name: string, path: MappingPath): readonly Statistic[] {
    const of = this.kind(name, path);
    return of ? [{ kind, of }] : [];
  }

  private kind(name: string, path: MappingPath): RowKind | undefined {
    const kind = this.kinds.get(name);
    if (!kind && !Object.hasOwn(this.factors.rows, name))
      this.unknown('kind of rows', name, Object.keys(this.factors.rows), path);
    return kind;
  }

  private number(
    of: RowKind,
    name: string,
    label: RowNumber['label'],
    path: MappingPath,
  ): RowNumber | undefined {
    const table = this.tableOf(of);
    const column = this.column(table, name, path);
    if (!column) return undefined;
    if (column.kind !== 'number')
      this.declaration.faults.at(path, `"${name}" is a ${column.kind}, and not a number.`);
    return { id: name, label, column: name, coordinate: `${table.type}.${column.field}` };
  }

  private endOf(of: RowKind, path: MappingPath): { column: string; coordinate: string } | undefined {
    const { type, name, columns } = this.tableOf(of);
    if (name !== 'contacts' && columns.some((column) => column.name === 'end'))
      return { column: 'end', coordinate: `${type}.endedAt` };
    this.declaration.faults.at(
      path,
      `Only rows with a column "end" go on, and contacts do not: "${name}" has none that can.`,
    );
    return undefined;
  }

  private tableOf({ table }: RowKind): DeclaredTable {
    return this.declaration.tables.find(({ name }) => name === table)!;
  }

  private column(
    { name: table, columns }: DeclaredTable,
    name: string,
    path: MappingPath,
  ): DeclaredColumn | undefined {
    const known = [...(table === 'contacts' ? CONTACT_COLUMNS : []), ...columns];
    const column = known.find((one) => one.name === name);
    if (!column)
      this.unknown(
        'column',
        name,
        known.map((one) => one.name),
        path,
      );
    return column;
  }

  private unknown(what: string, name: string, known: readonly string[], path: MappingPath): void {
    const fix = didYouMean(name, known) ?? `There are: ${known.join(', ')}.`;
    this.declaration.faults.at(path, `There is no ${what} "${name}". ${fix}`);
  }
}

/** The codes of every contact. */
const CONTACT_COLUMNS = ['service', 'unit'].map((name): DeclaredColumn => ({
  name,
  field: name,
  kind: 'code',
  isIcd10: false,
  list: undefined,
  filter: undefined,
  description: undefined,
}));
