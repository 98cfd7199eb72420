/**
 * The kinds of columns of a registry. Each column is declared once: extraction fills it, snapshots store it,
 * columns in memory serve it.
 *
 * - `day`: days since 1970-01-01;
 * - `partial-day`: a date with its precision, which may be a month or a year; see PartialDay;
 * - `code`: one of a small set of texts, dictionary-encoded; `list` names the code list that it must be in,
 *   if any; `values` are all possible codes if the schema shows them as an enumeration;
 * - `record`: 64-bit key of a record, a MAC of the source's own id; `of` names the table of the record, if it
 *   is another one;
 * - `person`, `family`: keys given by linkage;
 * - `number`: a double.
 *
 * An `internal` column stays in the snapshot and is not loaded into memory.
 */
export type ColumnDefinition =
  | { readonly kind: 'day' | 'partial-day' | 'person' | 'family' | 'number'; readonly optional?: boolean }
  | { readonly kind: 'record'; readonly optional?: boolean; readonly of?: string }
  | {
      readonly kind: 'code';
      readonly list?: string;
      readonly values?: readonly string[];
      readonly optional?: boolean;
      readonly internal?: true;
    };

/**
 * A table: rows about one person each (the data subject), sorted by person key, then by `order`. Every table
 * also has the column of the subject, which is not listed here.
 */
export interface TableDefinition {
  /** The column by which the rows of one person are sorted; an interval's start. */
  readonly order: string;
  /**
   * Whether the list protects the people in it, such as objections: its rows withhold data. Extraction
   * tolerates no lost row (docs/decisions/extraction.md).
   */
  readonly protects?: true;
  readonly columns: Readonly<Record<string, ColumnDefinition>>;
}

/** A registry: its name, and its tables by name. */
export interface RegistryDefinition {
  readonly name: string;
  /** Increases when tables change, so that an older program refuses a newer snapshot. */
  readonly schemaVersion: number;
  /** The registry whose extraction also writes this one, if it has none of its own. */
  readonly extractedWith?: string;
  readonly tables: Readonly<Record<string, TableDefinition>>;
}

/** Preserves the literal types of a definition, so that columns are typed by it. */
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

/** The columns of every contact; each registry adds its own. */
export const contactColumns = {
  id: { kind: 'record' },
  start: { kind: 'day' },
  end: { kind: 'day', optional: true },
  service: { kind: 'code', list: 'services' },
  unit: { kind: 'code' },
  /** The professional who met the person: stored for the department that exports it, and served to nobody. */
  professional: { kind: 'code', optional: true, internal: true },
} as const;

/** Care relationships; one of `employee` and `unit` may be empty. */
export const careRelationships = defineTable({
  order: 'start',
  columns: {
    employee: { kind: 'code', optional: true },
    unit: { kind: 'code', optional: true },
    start: { kind: 'day' },
    end: { kind: 'day', optional: true },
  },
});

/** Objections to the disclosure of data in this registry, from a day on. */
export const objections = defineTable({
  order: 'start',
  protects: true,
  columns: { start: { kind: 'day' } },
});
