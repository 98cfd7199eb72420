/** A word of the policies, in the language of the request. */
interface Term {
  readonly id: string;
  readonly label: string;
}

/**
 * One way in which a caller may see a field (`Query.access`). If there are several, the first whose
 * conditions are true applies.
 */
export interface AccessField {
  /** `Type.field` */
  readonly coordinate: string;
  /** Its name by its owner. */
  readonly label: string | null;
  readonly effect: 'ALLOW' | 'MASK';
  readonly mask: Term | null;
  readonly conditions: readonly Term[];
  readonly owner: Term;
  readonly category: Term | null;
  /** Of a special category, or secret by law. */
  readonly special: boolean;
}

/** Everything that policy shows to the user for the purpose. */
export interface AccessAnswer {
  readonly access: {
    readonly roles: readonly Term[];
    readonly revision: string;
    readonly fields: readonly AccessField[];
  } | null;
}

export const accessQuery = `query Access {
  access {
    roles { id label }
    revision
    fields {
      coordinate label effect special
      mask { id label } conditions { id label } owner { id label } category { id label }
    }
  }
}`;

/** The fields that contain every word of a search in a name or a label. */
export function findFields(fields: readonly AccessField[], search: string): readonly AccessField[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return fields.filter(({ coordinate, label, mask, conditions, owner, category }) => {
    const terms = [mask, owner, category, ...conditions].flatMap((term) =>
      term ? [term.id, term.label] : [],
    );
    const text = [coordinate, label ?? '', ...terms].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Fields by type: Query first, then the other types by name. */
export function groupByType(fields: readonly AccessField[]): ReadonlyMap<string, readonly AccessField[]> {
  const groups = new Map<string, AccessField[]>();
  for (const field of fields) {
    const type = field.coordinate.split('.', 1)[0] ?? '';
    groups.set(type, [...(groups.get(type) ?? []), field]);
  }
  const rank = (type: string): string => (type === 'Query' ? '' : type);
  return new Map([...groups].sort(([a], [b]) => rank(a).localeCompare(rank(b))));
}
