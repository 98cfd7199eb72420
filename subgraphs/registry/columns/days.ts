import type { Day } from '../../../schema/calendar.js';
import { NO_DAY } from './table.js';

/** From a first day to a last one, both included; NO_DAY for no last one. */
export interface Days {
  readonly start: Day;
  readonly end: Day;
}

/** Whether a day is one of those from start to end. */
export function includesDay({ start, end }: Days, day: Day): boolean {
  return start <= day && (end === NO_DAY || end >= day);
}
