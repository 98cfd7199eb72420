import type { Day } from '../../../lib/calendar.js';
import { PolkuError } from '../../../lib/errors.js';
import { formatPartialDate, latestDay, partialDay } from '../../../lib/partialDate.js';
import type { Linkage, LinkageReject } from '../../../linkage/linkage.js';
import type { Scheme } from '../../../linkage/localId.js';
import type { PersonKey } from '../../../schema/keys.js';
import type { CodeLists } from '../../codes/codeLists.js';
import type { ColumnMapping } from '../mapping/mapping.js';
import { CodeDictionary, detachedCopy } from './codeDictionary.js';
import { dateParser, parseNumber } from './parseValues.js';
import type { RejectReason } from './rejectReason.js';

/** A value in stored form, null, or the reason for rejection. */
type Cell = number | bigint | null | RejectReason;

/** Reads the cells of one source column. Surrounding blanks are ignored. */
export interface CellReader {
  read(text: string): Cell;
  /** The codes of a column of codes. The cells are their numbers. */
  readonly dictionary?: CodeDictionary;
}

/** The context for reading cells. */
export interface CellContext {
  readonly registry: string;
  readonly table: string;
  readonly linkage: Linkage;
  readonly persons: PersonLinker;
  readonly codeLists: CodeLists;
}

export function cellReader(column: ColumnMapping, context: CellContext): CellReader {
  const reader = presentCellReader(column, context);
  if (!('from' in column)) return reader;
  const nothing = column.optional ? null : 'missing-value';
  const translated = column.kind === 'code' ? column.values : undefined;
  return {
    ...reader,
    read: (text) => {
      const value = text.trim();
      const missing = isMissing(value, column.missing) && translated?.has(value) !== true;
      return missing ? nothing : (reader.read(value) ?? nothing);
    },
  };
}

export function isMissing(value: string, missing: ReadonlySet<string> | undefined): boolean {
  return value === '' || missing?.has(value) === true;
}

/** The id that several source columns form together; empty if one of them is missing. */
export function compositeId(parts: readonly string[], missing: ReadonlySet<string> | undefined): string {
  const values = parts.map((part) => part.trim());
  return values.some((value) => isMissing(value, missing)) ? '' : JSON.stringify(values);
}

function presentCellReader(column: ColumnMapping, context: CellContext): CellReader {
  const { registry, table, linkage, persons, codeLists } = context;
  switch (column.kind) {
    case 'day':
      return dayReader(column);
    case 'partial-day':
      return partialDayReader(column);
    case 'number':
      return { read: (text) => parseNumber(text, column.decimal) ?? 'invalid-number' };
    case 'record':
      return { read: (id) => linkage.recordKey(registry, column.of ?? table, id) };
    case 'person':
      return { read: (code) => persons.find(column.scheme, code) };
    case 'family':
      return { read: (code) => linkage.familyKey(column.scheme, code) };
    case 'code': {
      const list = column.list === undefined ? undefined : codeListOf(column.list, registry, codeLists);
      const known = column.enumeration ? new Set(column.enumeration) : list;
      const dictionary = new CodeDictionary(column.name, column.values, known);
      return { dictionary, read: (value) => dictionary.read(value) };
    }
    case 'absent':
      return { read: () => null };
    case 'constant': {
      const dictionary = new CodeDictionary(column.name, undefined, undefined);
      return { dictionary, read: () => dictionary.read(column.code) };
    }
    case 'constant-value':
      return { read: () => column.value };
  }
}

function codeListOf(list: string, registry: string, codeLists: CodeLists): ReadonlyMap<string, unknown> {
  const codes = codeLists.get(list);
  if (codes) return codes;
  throw new PolkuError('MAPPING_INVALID', `subgraphs/${registry}/codes.yaml has no list "${list}".`);
}

/**
 * A register has a few thousand different dates, each in many rows. Times of day would be too many to cache.
 */
const MAX_DATES = 100_000;
/** ISO 8601 with reduced precision, as FHIR writes dates that are not known to the day. */
export const PARTIAL_DATE = /^\d{4}(?:-\d{2})?$/;

/** The date formats that are ISO 8601. */
const ISO = ['iso', 'iso-time', 'typed'];

function dayReader({ dates, firstYear, zone, lastDayOfMonth }: ColumnMapping & { kind: 'day' }): CellReader {
  const parse = dateParser(dates, firstYear, zone);
  const days = new Map<string, Day | null>();
  const isIso = ISO.includes(dates);
  return {
    read: (text) => {
      const known = days.get(text);
      if (known !== undefined) return known;
      const written = parse(text);
      if (written === undefined) return isIso && PARTIAL_DATE.test(text) ? 'partial-date' : 'invalid-date';
      const day =
        lastDayOfMonth && written !== null ? latestDay(formatPartialDate(written, 'month'))! : written;
      if (days.size < MAX_DATES) days.set(detachedCopy(text), day);
      return day;
    },
  };
}

/** Reads dates with the precision with which they are written. */
function partialDayReader({
  dates,
  firstYear,
  zone,
}: Pick<ColumnMapping & { kind: 'partial-day' }, 'dates' | 'firstYear' | 'zone'>): CellReader {
  const whole = dateParser(dates, firstYear, zone);
  const first = dateParser('iso');
  const isIso = ISO.includes(dates);
  const precision = isIso || dates.includes('dd') ? 'day' : 'month';
  return {
    read: (text) => {
      if (!isIso || !PARTIAL_DATE.test(text)) {
        const day = whole(text);
        return day === undefined ? 'invalid-date' : day === null ? null : partialDay(day, precision);
      }
      const isYear = text.length === 4;
      const day = first(isYear ? `${text}-01-01` : `${text}-01`);
      return day === undefined
        ? 'invalid-date'
        : day === null
          ? null
          : partialDay(day, isYear ? 'year' : 'month');
    },
  };
}

/**
 * Links the persons of one extraction. A person has many rows, so found keys are cached. Codes are in memory
 * while the extraction runs, like the rows of the source, and nowhere else.
 */
export class PersonLinker {
  private readonly remembered = new Map<Scheme, Map<string, PersonKey>>();

  constructor(private readonly linkage: Linkage) {}

  /** The person of a code. A shared code must belong to a known person; an id of one system may be new. */
  find(scheme: Scheme, code: string): PersonKey | LinkageReject {
    return this.link(scheme, code, !scheme.shared);
  }

  /** The person of a code. An unknown person becomes known. */
  know(scheme: Scheme, code: string): PersonKey | LinkageReject {
    return this.link(scheme, code, true);
  }

  private link(scheme: Scheme, code: string, assign: boolean): PersonKey | LinkageReject {
    const keys = this.keysOf(scheme);
    const known = keys.get(code);
    if (known !== undefined) return known;
    const key = assign ? this.linkage.personKey(scheme, code) : this.linkage.findPerson(scheme, code);
    if (typeof key === 'number') keys.set(detachedCopy(code), key);
    return key;
  }

  private keysOf(scheme: Scheme): Map<string, PersonKey> {
    let keys = this.remembered.get(scheme);
    if (!keys) this.remembered.set(scheme, (keys = new Map()));
    return keys;
  }
}
