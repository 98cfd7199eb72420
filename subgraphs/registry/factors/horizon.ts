import { type Day, formatDay, today } from '../../../schema/calendar.js';
import { PolkuError } from '../../../schema/polkuError.js';

/** Years after a quarter in which need is foreseen. */
export const HORIZON_YEARS = 5;

/** @throws PolkuError BAD_USER_INPUT where the horizon is out of range, or the quarter has not begun */
export function checkForesight(asOf: Day, horizonYears: number): void {
  if (horizonYears < 1 || horizonYears > HORIZON_YEARS)
    throw new PolkuError(
      'BAD_USER_INPUT',
      `horizonYears: expected 1 to ${HORIZON_YEARS}, got ${horizonYears}.`,
    );
  if (asOf > today())
    throw new PolkuError(
      'BAD_USER_INPUT',
      `asOf: expected a quarter that has begun, got one that begins on ${formatDay(asOf)}.`,
    );
}
