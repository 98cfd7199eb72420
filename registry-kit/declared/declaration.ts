import { join } from 'node:path';
import { didYouMean } from '../../lib/didYouMean.js';
import { PolkuError } from '../../lib/errors.js';
import { readRegularFile } from '../../lib/regularFile.js';
import {
  careRelationships,
  type ColumnDefinition,
  contactColumns,
  objections,
  type TableDefinition,
} from '../columns/tableDefinition.js';
import { parseCheckedFile } from '../extraction/mapping/checkedFile.js';
import type { MappingFaults, MappingPath } from '../extraction/mapping/mapping.js';
import type { ContactRegistryDefinition } from '../feeds/servicePathFeeds.js';
import type { DeclarationFile, FactorsFile, TableFile } from './declarationFile.js';

/** The file of a folder that declares a registry. */
export const DECLARATION = 'registry.yaml';

/** A column that a table has in addition to those of every table of its kind. */
export interface DeclaredColumn {
  readonly name: string;
  /** The field that shows it. */
  readonly field: string;
  readonly kind: 'day' | 'partial-day' | 'code' | 'number' | 'record';
  readonly list: string | undefined;
  readonly isIcd10: boolean;
  /** The argument of groups that tests it. */
  readonly filter: string | undefined;
  readonly description: string | undefined;
}

/** A table, with the type and the field that show its rows. */
export interface DeclaredTable {
  readonly name: string;
  readonly type: string;
  readonly field: string;
  readonly description: string;
  /** The table whose records have its rows; undefined where they belong to the person. */
  readonly of: string | undefined;
  readonly columns: readonly DeclaredColumn[];
}

/** A registry as its folder declares it. */
export interface Declaration {
  readonly name: string;
  readonly definition: ContactRegistryDefinition;
  /** Contacts come first, and every table comes after the one that has its rows. */
  readonly tables: readonly DeclaredTable[];
  readonly factors: FactorsFile | undefined;
  /** For faults that only show when parts of it are made. */
  readonly faults: MappingFaults;
}

/**
 * Reads and checks the declaration of a registry.
 * @throws PolkuError REGISTRY_INVALID with every fault and its place
 */
export async function readDeclaration(folder: string): Promise<Declaration> {
  const file = join(folder, DECLARATION);
  let text: string;
  try {
    text = await readRegularFile(file);
  } catch (cause) {
    const message = `${file} cannot be read. The folder of a registry has ${DECLARATION}, mapping.yaml, codes.yaml and policy.yaml.`;
    throw new PolkuError('REGISTRY_INVALID', message, { folder }, { cause });
  }
  return parseDeclaration(text, file);
}

/** Reads the text of a declaration; `file` names it in messages. */
export function parseDeclaration(text: string, file: string): Declaration {
  const { content, faults } = parseCheckedFile<DeclarationFile>(text, file, 'registry');
  const declaration = new DeclarationCompiler(content, faults).compile();
  faults.throwIfAny();
  return declaration;
}

/** The fields that show columns with a meaning of their own; others have the name of their column. */
const FIELDS: Readonly<Record<string, string>> = { start: 'startedAt', end: 'endedAt' };
/** Columns whose kind follows from their name. */
const FIXED_KINDS: Readonly<Record<string, string>> = { id: 'record', end: 'day', unit: 'code' };
/** Names that rows, tables and GraphQL use themselves. */
const RESERVED = ['subject', 'record', 'parent', 'start', 'startedAt', 'endedAt', 'constructor'];
/** Arguments that every criterion has. */
const RESERVED_FILTERS = ['from', 'until', 'atLeast'];

class DeclarationCompiler {
  constructor(
    private readonly file: DeclarationFile,
    private readonly faults: MappingFaults,
  ) {}

  compile(): Declaration {
    const { file } = this;
    const tables = this.inOrder(Object.keys(file.tables)).map((name) => this.table(name, file.tables[name]!));
    this.requireDistinct(tables);
    const definitions = tables.map((table) => [table.name, this.definition(table)] as const);
    return {
      name: file.registry,
      definition: {
        name: file.registry,
        schemaVersion: 1,
        tables: {
          ...Object.fromEntries(definitions),
          careRelationships,
          objections,
        } as unknown as ContactRegistryDefinition['tables'],
      },
      tables,
      factors: file.factors,
      faults: this.faults,
    };
  }

  /** Contacts first, then every table after the one that has its rows. */
  private inOrder(names: readonly string[]): readonly string[] {
    const ordered: string[] = [];
    const place = (name: string, within: readonly string[]): void => {
      if (ordered.includes(name)) return;
      if (within.includes(name))
        return this.faults.at(
          ['tables', name, 'of'],
          `The tables ${[...within, name].join(' -> ')} have each other's rows.`,
        );
      const { of } = this.file.tables[name]!;
      if (of !== undefined && names.includes(of)) place(of, [...within, name]);
      ordered.push(name);
    };
    for (const name of ['contacts', ...names]) place(name, []);
    return ordered;
  }

  private table(name: string, { type, field, of, description, columns = {} }: TableFile): DeclaredTable {
    const path = ['tables', name];
    const { registry, tables } = this.file;
    const isContacts = name === 'contacts';
    if (isContacts && of !== undefined)
      this.faults.at([...path, 'of'], 'Contacts belong to the person, so they have no "of".');
    if (type === undefined && !isContacts)
      this.faults.at(
        path,
        `"${name}" needs "type": the name of a row in the schema, such as ${capital(registry)}Visit.`,
      );
    if (of !== undefined) this.requireRecords(of, [...path, 'of']);
    const filters = new Set<string>(isContacts ? ['services'] : []);
    const declared = Object.entries(columns).map(([column, entry]): DeclaredColumn => {
      const { kind, list, codes, filter } = entry;
      const at = [...path, 'columns', column];
      this.checkColumn(column, kind, isContacts, at);
      if (kind !== 'code')
        for (const attribute of ['list', 'codes'] as const)
          if (entry[attribute] !== undefined)
            this.faults.at([...at, attribute], `"${attribute}" is for codes, and "${column}" is a ${kind}.`);
      if (filter !== undefined) {
        if (kind !== 'code' && kind !== 'number')
          this.faults.at([...at, 'filter'], `Groups select rows by codes and numbers, not by a ${kind}.`);
        if (filters.has(filter) || RESERVED_FILTERS.includes(filter))
          this.faults.at([...at, 'filter'], `"${filter}" is already an argument of "${name}".`);
        filters.add(filter);
      }
      return {
        name: column,
        kind,
        list,
        filter,
        field: fieldOf(column),
        isIcd10: codes === 'icd-10',
        description: entry.description,
      };
    });
    return {
      name,
      type: type ?? `${capital(registry)}Contact`,
      field: field ?? (isContacts ? `${registry}Contacts` : name),
      description,
      of: of !== undefined && Object.hasOwn(tables, of) ? of : undefined,
      columns: declared,
    };
  }

  private checkColumn(column: string, kind: string, isContacts: boolean, path: MappingPath): void {
    if (RESERVED.includes(column) || (isContacts && column in contactColumns)) {
      const why = isContacts && column in contactColumns ? 'Every contact has' : 'Polku itself uses';
      this.faults.at(path, `${why} "${column}". Leave it out, or give yours another name.`);
      return;
    }
    const fixed = FIXED_KINDS[column];
    if (fixed !== undefined && fixed !== kind)
      this.faults.at([...path, 'kind'], `A column "${column}" is of kind ${fixed}.`);
    if (kind === 'record' && column !== 'id')
      this.faults.at(
        [...path, 'kind'],
        'Only "id", the id of the row itself, is a record. To have the rows of another table, write "of".',
      );
  }

  private requireRecords(of: string, path: MappingPath): void {
    const { tables } = this.file;
    const named = Object.hasOwn(tables, of) ? tables[of] : undefined;
    if (!named) {
      const names = Object.keys(tables);
      this.faults.at(
        path,
        `There is no table "${of}". ${didYouMean(of, names) ?? `There are: ${names.join(', ')}.`}`,
      );
    } else if (of !== 'contacts' && named.columns?.['id'] === undefined)
      this.faults.at(path, `The rows of "${of}" have no id: give it a column id of kind record.`);
  }

  private requireDistinct(tables: readonly DeclaredTable[]): void {
    const types = new Map<string, string>();
    const fields = new Map<string, string>();
    for (const { name, type, field, of, columns } of tables) {
      const earlier = types.get(type);
      if (earlier !== undefined)
        this.faults.at(['tables', name, 'type'], `"${type}" is already the type of "${earlier}".`);
      types.set(type, name);
      const place = `${of ?? ''}.${field}`;
      const other = fields.get(place);
      if (other !== undefined)
        this.faults.at(['tables', name, 'field'], `"${field}" is already the field of "${other}".`);
      fields.set(place, name);
      for (const child of tables)
        if (
          child.of === name &&
          [...columns.map((column) => column.field), ...ROW_FIELDS].includes(child.field)
        )
          this.faults.at(['tables', child.name, 'field'], `${type} already has a field "${child.field}".`);
    }
  }

  private definition({ name, of, columns }: DeclaredTable): TableDefinition {
    const own = columns.map((column): [string, ColumnDefinition] => {
      const { optional, list } = this.file.tables[name]!.columns![column.name]!;
      const isOptional = optional === 'true' && { optional: true };
      return column.kind === 'code'
        ? [column.name, { kind: 'code', ...(list !== undefined && { list }), ...isOptional }]
        : [column.name, { kind: column.kind, ...isOptional }];
    });
    const given = name === 'contacts' ? contactColumns : { start: { kind: 'day' } as const };
    const parent = of === undefined ? {} : { parent: { kind: 'record', of } as const };
    return { order: 'start', columns: { ...given, ...parent, ...Object.fromEntries(own) } };
  }
}

/** The fields that rows may have by themselves, without a declared column. */
const ROW_FIELDS = ['id', 'startedAt', 'endedAt', 'service', 'unit'];

/** The field of the graph that shows a column. */
export function fieldOf(column: string): string {
  return FIELDS[column] ?? column;
}

/** A name with a capital first letter. */
export function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
