import { addYears, type Day, calendarDay, PERIOD } from '../calendar.js';

export type ProtectionStepKind = 'notification' | 'assessment' | 'open-care' | 'placement' | 'after-care';

/** One step of child protection. It includes both days; without `until` it still lasts. */
export interface ProtectionStep {
  readonly kind: ProtectionStepKind;
  readonly from: Day;
  readonly until: Day | null;
}

/** Whether the child is a client of child protection during a step. */
export function isClientship({ kind }: ProtectionStep): boolean {
  return kind === 'open-care' || kind === 'placement';
}

/** The years after a block's date for which need is predicted. */
export const PREDICTION_YEARS = 5;

/** Need is predicted at these dates. The years after them do not overlap. */
export const BLOCK_DATES: readonly Day[] = [calendarDay(2006, 12, 31), calendarDay(2011, 12, 31)];

/**
 * The first day after the latest block date before `day`, or of the period. Rows from this day on are not
 * used to predict.
 */
export function blockStart(day: Day): Day {
  const date = BLOCK_DATES.findLast((date) => date < day);
  return date === undefined ? PERIOD.first : date + 1;
}

/** The first day of a block's year, 1..5. Year 6 gives the day after the block. */
export function yearStart(date: Day, year: number): Day {
  return addYears(date + 1, year - 1);
}
