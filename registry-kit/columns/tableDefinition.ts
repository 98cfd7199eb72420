/**
 * What a registry keeps, declared once: extraction fills it, snapshots store it, columns serve it.
 *
 * - `day`: days since 1970-01-01;
 * - `code`: one of a small set of texts, dictionary-coded; `list` names the code list that it must be in, if any; `values` are
 *   all the codes there are, where the schema shows them as an enumeration;
 * - `record`: 64-bit key of a record, a MAC of the source's own id;
 * - `person`, `family`: keys given by linkage;
 * - `number`: a double.
 *
 * An `internal` column stays in the snapshot: no column in memory serves it.
 */
export type ColumnDefinition =
  | { readonly kind: 'day' | 'record' | 'person' | 'family' | 'number'; readonly optional?: boolean }
  | {
      readonly kind: 'code';
      readonly list?: string;
      readonly values?: readonly string[];
      readonly optional?: boolean;
      readonly internal?: true;
    };

/**
 * A table: rows about one person each (the data subject), kept in the order of person key, then of `order`. Every table
 * has the column of the subject besides those listed here.
 */
export interface TableDefinition {
  /** The column after which the rows of one person are ordered; an interval's start. */
  readonly order: string;
  /**
   * A list that protects the people in it, such as objections: its rows withhold data. Extraction tolerates no loss of a row
   * (docs/decisions/extraction.md).
   */
  readonly protects?: true;
  readonly columns: Readonly<Record<string, ColumnDefinition>>;
}

/** A registry: its name, and its tables by name. */
export interface RegistryDefinition {
  readonly name: string;
  /** Rises when tables change, so that an older program refuses a newer snapshot. */
  readonly schemaVersion: number;
  /** The registry with whose extraction it is written, where it has none of its own. */
  readonly extractedWith?: string;
  readonly tables: Readonly<Record<string, TableDefinition>>;
}

/** Keeps the literal types of a definition, so that columns are typed by it. */
export function defineTable<const Definition extends TableDefinition>(
  table: Definition & { readonly order: keyof Definition['columns'] },
): Definition {
  return table;
}

export function defineRegistry<const Definition extends RegistryDefinition>(
  registry: Definition,
): Definition {
  return registry;
}

/** What every registry keeps of a contact; each adds columns of its own. */
export const contactColumns = {
  id: { kind: 'record' },
  start: { kind: 'day' },
  end: { kind: 'day', optional: true },
  service: { kind: 'code', list: 'services' },
  unit: { kind: 'code' },
  /** Who met the person: kept for the department that gives the export, and served to nobody. */
  professional: { kind: 'code', optional: true, internal: true },
} as const;

/** Who has a care relationship with whom; one of `employee` and `unit` may be empty. */
export const careRelationships = defineTable({
  order: 'start',
  columns: {
    employee: { kind: 'code', optional: true },
    unit: { kind: 'code', optional: true },
    start: { kind: 'day' },
    end: { kind: 'day', optional: true },
  },
});

/** Who has objected to the disclosure of their data in this registry, from a day on. */
export const objections = defineTable({
  order: 'start',
  protects: true,
  columns: { start: { kind: 'day' } },
});
