import { addYears, type Day, dayOf, PERIOD } from '../calendar.js';

export type ProtectionStepKind = 'notification' | 'assessment' | 'open-care' | 'placement' | 'after-care';

/** One step of child protection; both days belong to it, and one without `until` still lasts. */
export interface ProtectionStep {
  readonly kind: ProtectionStepKind;
  readonly from: Day;
  readonly until: Day | null;
}

/** Whether a step makes the child a client of child protection while it lasts. */
export function isClientship({ kind }: ProtectionStep): boolean {
  return kind === 'open-care' || kind === 'placement';
}

/** Years after a block's date in which need is foreseen. */
export const HORIZON_YEARS = 5;

/** The dates as of which need is foreseen; the years after them do not overlap. */
export const BLOCK_DATES: readonly Day[] = [dayOf(2006, 12, 31), dayOf(2011, 12, 31)];

/** The first day after the latest block date before `day`, or of the period. What is seen from there on foretells nothing. */
export function blockStart(day: Day): Day {
  const date = BLOCK_DATES.findLast((date) => date < day);
  return date === undefined ? PERIOD.first : date + 1;
}

/** The first day of a block's year, 1..5; of year 6 the day after the block. */
export function yearStart(date: Day, year: number): Day {
  return addYears(date + 1, year - 1);
}
