/** What policy says about a field for one role and one purpose. */
export type ShownEffect = 'ALLOW' | 'MASK' | 'DENY' | 'PROHIBIT';

/** A role and a purpose that it may be used for. */
export interface ShownColumn {
  readonly purpose: string;
  readonly role: string;
  readonly purposeLabel: string;
  readonly roleLabel: string;
}

export interface ShownCell {
  readonly purpose: string;
  readonly role: string;
  readonly effect: ShownEffect;
  /** The first whose conditions are true applies. */
  readonly ways: readonly { readonly mask: string | null; readonly conditions: readonly string[] }[];
}

export interface ShownField {
  /** `Type.field` */
  readonly coordinate: string;
  /** null: the row says who may see the field itself. */
  readonly derivedType: string | null;
  readonly label: string | null;
  readonly category: string | null;
  readonly special: boolean;
  readonly registry: string;
  readonly owner: string;
  /** Roles and purposes that are not listed see nothing. */
  readonly cells: readonly ShownCell[];
}

export interface ShownMatrix {
  readonly revision: string;
  readonly columns: readonly ShownColumn[];
  readonly fields: readonly ShownField[];
}

export const matrixQuery = `query PolicyMatrix {
  policyMatrix {
    revision
    columns { purpose role purposeLabel roleLabel }
    fields {
      coordinate derivedType label category special registry owner
      cells { purpose role effect ways { mask conditions } }
    }
  }
}`;

/** Stands for every value of a filter. */
export const ALL = 'all';
/** Stands for the categories of facts about people. */
export const ABOUT_PEOPLE = 'people';

export interface MatrixFilter {
  readonly registry: string;
  readonly purpose: string;
  readonly role: string;
  /** A category, {@link ABOUT_PEOPLE} or {@link ALL}. */
  readonly category: string;
  readonly text: string;
  /** Also what derived results may be made of. */
  readonly derived: boolean;
}

/** The rows and columns that a filter leaves. */
export function filterMatrix(
  { columns, fields }: ShownMatrix,
  filter: MatrixFilter,
): { readonly columns: readonly ShownColumn[]; readonly fields: readonly ShownField[] } {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return {
    columns: columns.filter(({ purpose, role }) => fits(filter.purpose, purpose) && fits(filter.role, role)),
    fields: fields.filter((field) => {
      if (!fits(filter.registry, field.registry) || (field.derivedType !== null && !filter.derived))
        return false;
      if (!fitsCategory(filter.category, field.category)) return false;
      const text = `${field.label} ${field.coordinate} ${field.derivedType} ${field.owner}`.toLowerCase();
      return words.every((word) => text.includes(word));
    }),
  };
}

function fits(wanted: string, value: string): boolean {
  return wanted === ALL || wanted === value;
}

function fitsCategory(wanted: string, category: string | null): boolean {
  if (wanted === ABOUT_PEOPLE) return category !== 'operational';
  return wanted === ALL || wanted === category;
}

/** What a column says about a field; a cell that is not listed denies it. */
export function cellOf({ cells }: ShownField, { purpose, role }: ShownColumn): ShownCell {
  return (
    cells.find((cell) => cell.purpose === purpose && cell.role === role) ?? {
      purpose,
      role,
      effect: 'DENY',
      ways: [],
    }
  );
}

/** A row of the matrix by itself. */
export function fieldKey({ coordinate, derivedType }: ShownField): string {
  return derivedType === null ? coordinate : `${coordinate} > ${derivedType}`;
}

/** A column of the matrix by itself. */
export function columnKey({ purpose, role }: ShownColumn): string {
  return `${purpose}/${role}`;
}

/** Each value once, in the order of its first row. */
export function uniqueBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()].reverse();
}
