import type { Day } from './calendar.js';
import { breakCheckCharacter } from './names.js';
import type { Random } from './random.js';

/** The kinds of planted bad rows. Each row has only one fault. */
export const BAD_ROW_KINDS = [
  'wrong-check-character',
  'unknown-person',
  'missing-code',
  'end-before-start',
  'impossible-date',
  'duplicate-id',
  'unknown-service',
  'wrong-encoding',
] as const;

export type BadRowKind = (typeof BAD_ROW_KINDS)[number];

/** Faults for rows about a person with a first and a last day. */
export const INTERVAL_FAULTS = [
  'wrong-check-character',
  'unknown-person',
  'missing-code',
  'end-before-start',
  'impossible-date',
] as const satisfies readonly BadRowKind[];

/** Faults for rows about a person with one day. */
export const DAY_FAULTS = [
  'wrong-check-character',
  'unknown-person',
  'missing-code',
  'impossible-date',
] as const satisfies readonly BadRowKind[];

/** Faults for lists that protect people. Extraction accepts no unreadable row in them. */
export const PROTECTION_FAULTS = ['unknown-person'] as const satisfies readonly BadRowKind[];

/** Faults for the lists of the population register in which extraction accepts no fault at all. */
export const NO_FAULTS = [] as const satisfies readonly BadRowKind[];

/**
 * Rows under a changed code are not faults, because they link to the same person. They are counted
 * separately.
 */
export type BadRowCounts = Partial<Record<BadRowKind | 'code-changed', number>>;

/**
 * Mean number of good rows before a bad one. With the rows under a changed code, about 0.4 % of all rows are
 * odd.
 */
const GOOD_ROWS = 400;

/** In Latin-1, the bytes of these letters are not valid UTF-8. */
const NAME_IN_LATIN_1 = 'Hämäläinen Väinö';

/** The faults for a file's rows, and the positions of the columns that get them. */
export interface Faults {
  readonly kinds: readonly BadRowKind[];
  readonly code: number;
  readonly id?: number | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly service?: number | undefined;
  /** A name or an address. */
  readonly text?: number | undefined;
  readonly writeDay: (day: Day) => Cell;
  /** How the file would write 30 February 2002. */
  readonly impossibleDay: Cell;
}

/** Makes bad copies of good rows, one kind after another, and counts them. */
export class BadRows {
  readonly counts: BadRowCounts = {};
  private left: number;
  private planted = 0;

  constructor(
    private readonly faults: Faults,
    private readonly strangers: readonly string[],
    private readonly random: Random,
  ) {
    this.left = this.nextGap();
  }

  /** Sometimes returns a bad copy of a good row, to be written after it. */
  plant(row: readonly Cell[], start: Day, newId: () => string): { cells: Cell[]; kind: BadRowKind } | null {
    const { kinds, id } = this.faults;
    if (kinds.length === 0 || --this.left > 0) return null;
    this.left = this.nextGap();
    const kind = kinds[this.planted++ % kinds.length] as BadRowKind;
    this.count(kind);
    const cells = [...row];
    if (id !== undefined && kind !== 'duplicate-id') cells[id] = newId();
    const [position, cell] = this.fault(kind, row, start);
    if (position !== undefined) cells[position] = cell;
    return { cells, kind };
  }

  count(kind: keyof BadRowCounts): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  private nextGap(): number {
    return this.random.int(1, 2 * GOOD_ROWS);
  }

  private fault(
    kind: BadRowKind,
    row: readonly Cell[],
    start: Day,
  ): [position: number | undefined, cell: Cell] {
    const { code, from, until, service, text, writeDay, impossibleDay } = this.faults;
    switch (kind) {
      case 'wrong-check-character':
        return [code, breakCheckCharacter(String(row[code]), this.random)];
      case 'unknown-person':
        return [code, this.random.pick(this.strangers)];
      case 'missing-code':
        return [code, null];
      case 'end-before-start':
        return [until, writeDay(start - this.random.int(1, 400))];
      case 'impossible-date':
        return [from, impossibleDay];
      case 'unknown-service':
        return [service, 'X99'];
      case 'wrong-encoding':
        return [text, NAME_IN_LATIN_1];
      case 'duplicate-id':
        return [undefined, null];
    }
  }
}

/** A cell of an exported file. A date is in the file's format, or in days since 1970-01-01. */
export type Cell = string | number | null;
