/**
 * One way in which a caller may see a field (`Query.access`). If there are several, the first whose
 * conditions are true applies.
 */
export interface AccessField {
  /** `Type.field` */
  readonly coordinate: string;
  readonly effect: 'ALLOW' | 'MASK';
  readonly mask: string | null;
  readonly conditions: readonly string[];
  readonly owner: string;
}

/** The fields that contain every word of a search, by type: Query first, then the other types by name. */
export function groupByType(
  fields: readonly AccessField[],
  search: string,
): ReadonlyMap<string, readonly AccessField[]> {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, AccessField[]>();
  for (const field of fields) {
    const text = Object.values(field).flat().join(' ').toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const type = field.coordinate.split('.', 1)[0] ?? '';
    groups.set(type, [...(groups.get(type) ?? []), field]);
  }
  const rank = (type: string): string => (type === 'Query' ? '' : type);
  return new Map([...groups].sort(([a], [b]) => rank(a).localeCompare(rank(b))));
}
