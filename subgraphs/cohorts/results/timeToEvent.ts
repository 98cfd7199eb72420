import type { Protection } from '../../../disclosure-control/groupQuestion.js';
import { Field, Float, Int, ObjectType } from '../../../lib/typeGraphql.js';
import { badInput } from '../../../registry-kit/criteria/groupFilter.js';
import type { CohortQuestion } from '../../../registry-kit/criteria/cohortQuestion.js';
import type { CohortGroup } from '../group/cohortGroup.js';
import { type AskedResult, type GroupRequester, protect } from '../protect.js';
import { checkReleased } from './groupTable.js';
import { ProtectedResult, TOO_FEW } from './protectedResult.js';
import { survivalCurve, waitingSets } from './serviceUse.js';

const MAX_INTERVALS = 60;

@ObjectType({ simpleResolvers: true, description: 'An interval of the time that people waited.' })
export class WaitingInterval {
  @Field(() => Int, { nullable: true, description: 'Its end, in months from the start.' })
  readonly months: number;

  @Field(() => Int, { nullable: true, description: `How many still waited when it began. ${TOO_FEW}` })
  readonly atRisk: number | null;

  @Field(() => Int, { nullable: true, description: `How many had the event in it. ${TOO_FEW}` })
  readonly events: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The share without the event by its end (Kaplan-Meier). Null from the first interval with a suppressed number.',
  })
  readonly survival: number | null;

  constructor(months: number, { atRisk, events, survival }: Omit<WaitingInterval, 'months'>) {
    this.months = months;
    this.atRisk = atRisk;
    this.events = events;
    this.survival = survival;
  }
}

@ObjectType({ simpleResolvers: true })
export class TimeToEvent extends ProtectedResult {
  @Field(() => [WaitingInterval], { nullable: true })
  readonly intervals: readonly WaitingInterval[];

  constructor(protection: Protection, intervals: readonly WaitingInterval[]) {
    super(protection);
    this.intervals = intervals;
  }
}

/** The intervals of a waiting time: how many, and of how many months each. */
interface Intervals {
  readonly number: number;
  readonly months: number;
}

/**
 * A waiting time as a question: those at risk before and after each interval, and the events in each.
 * @throws PolkuError BAD_USER_INPUT
 */
export function askedTimeToEvent(
  { timeTo }: Pick<CohortQuestion, 'timeTo'>,
  { number, months }: Intervals,
): AskedResult {
  if (!timeTo) throw badInput('Name the events in the argument timeTo of the cohort.');
  if (number < 1 || number > MAX_INTERVALS || months < 1)
    throw badInput(`Expected 1 to ${MAX_INTERVALS} intervals of at least a month.`);
  const tables = Array.from({ length: 2 * number + 1 }, () => ({ dimensions: [] }));
  return { result: ['timeToEvent', number, months], tables };
}

/**
 * Estimates the time until the event that the question names.
 * @throws PolkuError BAD_USER_INPUT, PURPOSE_NOT_PERMITTED
 */
export async function timeToEvent(
  group: CohortGroup,
  requester: GroupRequester,
  intervals: Intervals,
): Promise<TimeToEvent> {
  const { number, months } = intervals;
  const { result } = askedTimeToEvent(group.question, intervals);
  checkReleased(group, 'year');
  const timeTo = group.question.timeTo!;
  const events = { from: group.facts.events(timeTo.from), event: group.facts.events(timeTo.event) };
  const lastYears = await group.population.lastYears();
  const sets = await waitingSets(group.members, events, lastYears, timeTo.until, intervals);
  const tables = [...sets.atRisk, ...sets.events].map(({ words }) => ({ members: words, dimensions: [] }));
  const answer = await protect(requester, result, tables);
  const counts = answer.tables.map((table) => table.counts[0]!);
  const points = survivalCurve(counts.slice(0, number + 1), counts.slice(number + 1));
  return new TimeToEvent(
    answer.protection,
    points.map((point, index) => new WaitingInterval((index + 1) * months, point)),
  );
}
