import type { Day } from '../../../schema/calendar.js';
import { DateScalar } from '../../../schema/scalars/dateScalar.js';
import { ArgsType, Directive, Field } from '../../../schema/typeGraphql.js';
import type { Period } from './period.js';

/** A class of arguments that choose rows of a type by their dates. */
export type IntervalArgsClass = new () => Period;

/** Arguments `from` and `until` of a field whose items are of this type; they test its dates, and policy knows it. */
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

/** Arguments that choose contacts. */
export interface ContactFilter extends Period {
  readonly services?: readonly string[] | null;
}

/** The same, and `services`, for a field of contacts. */
export function contactArgs(type: string): new () => ContactFilter {
  @ArgsType()
  class ContactArgs extends intervalArgs(type) implements ContactFilter {
    @Field(() => [String], { nullable: true, description: 'Only contacts of these services.' })
    @Directive(`@tests(field: "${type}.service")`)
    services?: string[] | null;
  }
  return ContactArgs;
}
