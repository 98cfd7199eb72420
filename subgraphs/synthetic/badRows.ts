import type { Day } from './calendar.js';
import { breakCheckCharacter } from './identityCode.js';
import type { Random } from './random.js';

/** What is wrong with a planted row; each has one fault only. */
export const BAD_ROW_KINDS = [
  'wrong-check-character',
  'unknown-person',
  'end-before-start',
  'duplicate-id',
  'impossible-date',
  'missing-code',
  'unknown-service',
] as const;

export type BadRowKind = (typeof BAD_ROW_KINDS)[number];

export type BadRowCounts = Partial<Record<BadRowKind, number>>;

/** Planted rows for each good one. */
const SHARE = 0.003;

/** What faults can befall, in every department's rows. */
export interface Recorded {
  readonly id: string;
  readonly code: string;
  readonly service: string;
  readonly start: Day | 'impossible';
  readonly end: Day | null;
}

/** Plants spoilt copies beside good rows, kind after kind in turn, and counts them. */
export class BadRows {
  readonly counts: BadRowCounts = {};
  private planted = 0;

  constructor(
    private readonly kinds: readonly BadRowKind[],
    private readonly strangers: readonly string[],
    private readonly random: Random,
  ) {}

  /** Now and then a spoilt copy of a good row, to be written after it; `newId` names the copy. */
  plant<R extends Recorded>(row: R, newId: () => string): R | null {
    if (!this.random.chance(SHARE)) return null;
    const kind = this.kinds[this.planted++ % this.kinds.length] as BadRowKind;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    return { ...row, ...(kind === 'duplicate-id' ? {} : { id: newId() }), ...this.fault(kind, row) };
  }

  private fault(kind: BadRowKind, row: Recorded): Partial<Recorded> {
    switch (kind) {
      case 'wrong-check-character':
        return { code: breakCheckCharacter(row.code, this.random) };
      case 'unknown-person':
        return { code: this.random.pick(this.strangers) };
      case 'end-before-start':
        return { end: (row.start as Day) - this.random.int(1, 400) };
      case 'impossible-date':
        return { start: 'impossible', end: null };
      case 'missing-code':
        return { code: '' };
      case 'unknown-service':
        return { service: 'X99' };
      case 'duplicate-id':
        return {};
    }
  }
}
