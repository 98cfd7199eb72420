import { applyMask, datePrecision, type MaskTables } from '../../../policies/engine/catalogue/masks.js';
import type { Permission } from '../../../policies/engine/decision.js';
import type { Lineage } from '../../../policies/engine/parse/policyGraph.js';
import { Feed, type FeedColumn } from '../../../schema/feed.js';
import type { PersonKey } from '../../../schema/keys.js';
import { NO_PARTIAL_DAY, partialDay } from '../../../schema/partialDay.js';
import { NO_DAY } from '../columns/table.js';
import { type Access, isOfRecord } from './access.js';
import type { DataRecord } from './dataSubject.js';
import type { FeedRows, RawColumn } from './feedRows.js';

/** How each column may be taken of one data subject or record, by coordinate. */
type Lens = ReadonlyMap<string, Permission>;

/** Whether the owner withholds a feed from this purpose altogether: that follows from policy alone, never from rows. */
export function withholdsFeed(derivedType: string, lineage: Lineage, access: Access): boolean {
  return lineage.exposes.some((coordinate) => access.decision.take(derivedType, coordinate).length === 0);
}

/**
 * Makes a feed of rows: those of data subjects and records whose conditions hold, each value masked before it leaves. Columns: the
 * subject as `person` (Uint32Array), days as partial days (Int32Array), each other under its field's name.
 */
export function guardFeed(rows: FeedRows, derivedType: string, lineage: Lineage, access: Access): Feed {
  const lensOf = lensMaker(derivedType, lineage, access);
  const kept: number[] = [];
  const lenses: Lens[] = [];
  for (let row = 0; row < rows.subject.length; row++) {
    const lens = lensOf(rows.subject[row]!, rows.records?.[row]);
    if (!lens) continue;
    kept.push(row);
    lenses.push(lens);
  }
  const columns: Record<string, FeedColumn> = { person: Uint32Array.from(kept, (row) => rows.subject[row]!) };
  for (const coordinate of [...lineage.exposes, ...lineage.optional]) {
    const column = rows.columns[coordinate];
    // A coordinate may be declared for what its presence tells, without a column of its own.
    if (column)
      columns[fieldName(coordinate)] = maskColumn(column, coordinate, kept, lenses, access.maskTables);
  }
  return Feed.data(columns);
}

function lensMaker(
  derivedType: string,
  lineage: Lineage,
  access: Access,
): (subject: PersonKey, record: DataRecord | undefined) => Lens | undefined {
  const declared = [...lineage.exposes, ...lineage.optional].map(
    (coordinate) => [coordinate, access.decision.take(derivedType, coordinate)] as const,
  );
  const required = lineage.exposes.length;
  const makeLens = (subject: PersonKey, record: DataRecord | undefined): Lens | undefined => {
    if (access.hides(subject)) return undefined;
    const about = { subject, ...(record && { record }) };
    const lens = new Map<string, Permission>();
    for (const [index, [coordinate, permissions]] of declared.entries()) {
      const permission = access.permit(permissions, about);
      if (permission && !access.isShielded(coordinate, subject)) lens.set(coordinate, permission);
      else if (index < required) return undefined;
    }
    return lens;
  };
  const asksRecords = declared.some(([, permissions]) =>
    permissions.some(({ conditions }) => conditions.some(isOfRecord)),
  );
  if (asksRecords) return makeLens;
  const lenses = new Map<PersonKey, Lens | undefined>();
  return (subject) => {
    if (!lenses.has(subject)) lenses.set(subject, makeLens(subject, undefined));
    return lenses.get(subject);
  };
}

function maskColumn(
  column: RawColumn,
  coordinate: string,
  kept: readonly number[],
  lenses: readonly Lens[],
  tables: MaskTables,
): FeedColumn {
  const permissionOf = (index: number): Permission | undefined => lenses[index]!.get(coordinate);
  switch (column.kind) {
    case 'day':
      return Int32Array.from(kept, (row, index) => {
        const permission = permissionOf(index);
        const precision = permission && datePrecision(permission.mask);
        const day = column.values[row]!;
        return precision && day !== NO_DAY ? partialDay(day, precision) : NO_PARTIAL_DAY;
      });
    case 'text':
      return kept.map((row, index) => {
        const permission = permissionOf(index);
        const text = column.values[row] ?? null;
        return permission && text !== null
          ? ((applyMask(permission.mask, text, tables) as string | undefined) ?? null)
          : null;
      });
    case 'number':
      return Float64Array.from(kept, (row, index) => {
        const permission = permissionOf(index);
        return permission
          ? Number(applyMask(permission.mask, column.values[row]!, tables) ?? Number.NaN)
          : Number.NaN;
      });
  }
}

function fieldName(coordinate: string): string {
  return coordinate.slice(coordinate.indexOf('.') + 1);
}
