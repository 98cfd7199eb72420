import type { Day } from '../../lib/calendar.js';
import { firstDayOf, lastDayOf, partialDay, type Precision } from '../../lib/partialDate.js';
import { ArgsType, Directive, Field } from '../../lib/typeGraphql.js';
import { DateScalar } from '../../schema/scalars.js';
import { NO_DAY } from '../columns/table.js';

/** A period of days, both ends included. A missing end is open. */
export interface Period {
  readonly from?: Day | null | undefined;
  readonly until?: Day | null | undefined;
}

/**
 * The precision at which the caller may see the start and the end of a row. An end that is not shown is not
 * tested.
 */
export interface PeriodPrecision {
  readonly start: Precision;
  readonly end: Precision | undefined;
}

/**
 * Tests whether a row overlaps a period, using only what the caller may see of its dates. Bounds are widened
 * to the precision of the mask. If only years are shown, moving a bound within a year changes nothing.
 *
 * @param ongoing the meaning of a missing end: `true` if the row continues, `false` if it ended on the same
 * day
 */
export function overlapTest(
  period: Period,
  { start, end }: PeriodPrecision,
  ongoing: boolean,
): (start: Day, end: Day) => boolean {
  const until = period.until == null ? Infinity : lastDayOf(partialDay(period.until, start));
  const fromStart = period.from == null ? -Infinity : firstDayOf(partialDay(period.from, start));
  const fromEnd =
    period.from == null || end === undefined ? fromStart : firstDayOf(partialDay(period.from, end));
  return (startDay, endDay) => {
    if (startDay > until) return false;
    if (end === undefined) return startDay >= fromStart;
    if (endDay === NO_DAY) return ongoing || startDay >= fromStart;
    return endDay >= fromEnd;
  };
}

/** A class of arguments that select rows of a type by their dates. */
type IntervalArgsClass = new () => Period;

/**
 * Declares the arguments `from` and `until` of a field that lists items of this type. `@tests` names the date
 * they test, so that policy can check them.
 */
export function intervalArgs(type: string): IntervalArgsClass {
  @ArgsType()
  class IntervalArgs implements Period {
    @Field(() => DateScalar, { nullable: true, description: 'Leave out what was over before this day.' })
    @Directive(`@tests(field: "${type}.startedAt")`)
    from?: Day | null;

    @Field(() => DateScalar, { nullable: true, description: 'Leave out what began after this day.' })
    @Directive(`@tests(field: "${type}.startedAt")`)
    until?: Day | null;
  }
  return IntervalArgs;
}

/** Arguments that select contacts. */
export interface ContactFilter extends Period {
  readonly services?: readonly string[] | null;
}

/** The same arguments and `services`, for a field that lists contacts. */
export function contactArgs(type: string): new () => ContactFilter {
  @ArgsType()
  class ContactArgs extends intervalArgs(type) implements ContactFilter {
    @Field(() => [String], { nullable: true, description: 'Only contacts of these services.' })
    @Directive(`@tests(field: "${type}.service")`)
    services?: string[] | null;
  }
  return ContactArgs;
}
