import type { Day } from '../../../schema/calendar.js';
import { QuarterScalar } from '../../../schema/scalars/quarterScalar.js';
import { ArgsType, Field, Int } from '../../../schema/typeGraphql.js';
import { HORIZON_YEARS } from '../factors/horizon.js';

/** As of when, and how many years ahead, need is foreseen. */
@ArgsType()
export class ForesightArgs {
  @Field(() => QuarterScalar, { description: 'By what began before its first day.' })
  asOf!: Day;

  @Field(() => Int, {
    defaultValue: HORIZON_YEARS,
    description: `Within how many years: 1 to ${HORIZON_YEARS}.`,
  })
  horizonYears!: number;
}
