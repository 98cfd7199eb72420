import { type Day, formatDay, formatQuarter } from '../../lib/calendar.js';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  PlainArg,
  Query,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { CohortKey } from '../../registry-kit/criteria/cohortKeys.js';
import {
  checkCriterion,
  type CohortQuestion,
  criterionQuestions,
  readQuestion,
  writeQuestion,
} from '../../registry-kit/criteria/cohortQuestion.js';
import { checkPredictionArgs } from '../../registry-kit/features/feature.js';
import { REQUIRES_FEEDS } from '../../registry-kit/feeds/derivedEntity.js';
import { PredictionArgs } from '../../registry-kit/feeds/feedKeys.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { DateScalar } from '../../schema/scalars.js';
import { CohortMembers, memberFeedsOf } from './cohortMembers.js';
import { CohortRisk, RISK_FEEDS } from './cohortRisk.js';
import { type CohortSource, type CohortsStore, sectorsIn, sourceOf } from './cohortsStore.js';
import { checkCodes, checkReleases, CohortFilter, TimeToEventInput } from './filter.js';
import { CohortGroup, registriesOf } from './group/cohortGroup.js';
import type { DimensionName } from './group/populationColumns.js';
import { type GroupRequester, partOf } from './protect.js';
import { GroupDifferences, notCompared, personalDifferences } from './results/groupDifferences.js';
import { GroupDimension, GroupTable, groupTable } from './results/groupTable.js';
import { GroupSize, groupSize } from './results/protectedResult.js';
import { TimeToEvent, timeToEvent } from './results/timeToEvent.js';

type Context = RequestContext<CohortsStore>;

@ObjectType({
  description: 'A group of people. It has numbers about the group, and no data about a single person.',
})
@Directive('@key(fields: "filter")')
export class Cohort extends CohortKey {
  #group: Promise<CohortGroup> | undefined;

  /** The group, evaluated when the first number about it is requested. */
  group(sources: readonly CohortSource[], { store, decision }: Context): Promise<CohortGroup> {
    this.#group ??= CohortGroup.of(this.question, this.feeds, sources, store, decision.language);
    return this.#group;
  }
}

@ArgsType()
export class PeriodArgs {
  @Field(() => DateScalar, { description: 'Contacts that began on this day or later.' })
  from!: Day;

  @Field(() => DateScalar, { description: 'Contacts that began on this day or before.' })
  until!: Day;
}

@ArgsType()
export class TableArgs {
  @Field(() => [GroupDimension], { description: 'Up to three.' })
  by!: DimensionName[];

  @Field(() => [Int], { description: 'One year, or several if YEAR is among the dimensions.' })
  years!: number[];
}

@ArgsType()
export class IntervalsArgs {
  @Field(() => Int, { defaultValue: 5, description: 'How many intervals.' })
  intervals!: number;

  @Field(() => Int, { defaultValue: 12, description: 'The length of each.' })
  months!: number;
}

@Resolver(() => Cohort)
export class CohortResolver {
  constructor(private readonly sources: readonly CohortSource[]) {}

  @Query(() => Cohort, { description: 'A group of people, defined by data of the registries.' })
  cohort(
    // The SDL lists arguments from the last to the first.
    @PlainArg('timeTo', () => TimeToEventInput, {
      nullable: true,
      description: 'The events of timeToEvent.',
    })
    timeTo: unknown,
    @PlainArg('comparedWith', () => CohortFilter, {
      nullable: true,
      description: 'A group to compare it with.',
    })
    comparedWith: unknown,
    @PlainArg('where', () => CohortFilter, { description: 'Which persons belong to it.' })
    where: unknown,
    @Ctx() context: Context,
  ): Cohort {
    const { sources } = this;
    const question = readGroupQuestion({ where, comparedWith, timeTo }, sources, context);
    const filter = writeQuestion(question);
    form(context, registriesOf(question, sources), { group: filter });
    return new Cohort(
      { filter },
      sources.map(({ registry }) => registry),
    );
  }

  @FieldResolver(() => GroupSize, { nullable: true, description: 'The number of its members.' })
  @Directive(REQUIRES_FEEDS)
  async size(@Root() cohort: Cohort, @Ctx() context: Context): Promise<GroupSize> {
    const group = await cohort.group(this.sources, context);
    return groupSize(group, await requesterOf(group, context));
  }

  @FieldResolver(() => GroupTable, {
    nullable: true,
    description: 'Members who lived in the city at the end of a year, by their characteristics at that time.',
  })
  @Directive(REQUIRES_FEEDS)
  async table(
    @Root() cohort: Cohort,
    @Args(() => TableArgs) { by, years }: TableArgs,
    @Ctx() context: Context,
  ): Promise<GroupTable> {
    const group = await cohort.group(this.sources, context);
    return groupTable(group, await requesterOf(group, context), by, years);
  }

  @FieldResolver(() => GroupDifferences, {
    nullable: true,
    description:
      'Characteristics that are more or less frequent among its members than in the group it is compared with.',
  })
  @Directive(REQUIRES_FEEDS)
  async differences(
    @Root() cohort: Cohort,
    @Arg('atEndOf', () => Int, { description: 'The characteristics at the end of this year.' })
    atEndOf: number,
    @Ctx() context: Context,
  ): Promise<GroupDifferences> {
    const group = await cohort.group(this.sources, context);
    if (!group.other) throw notCompared();
    return personalDifferences(group, group.other, await requesterOf(group, context), atEndOf);
  }

  @FieldResolver(() => TimeToEvent, {
    nullable: true,
    description: 'The time until an event of its members.',
  })
  @Directive(REQUIRES_FEEDS)
  async timeToEvent(
    @Root() cohort: Cohort,
    @Args(() => IntervalsArgs) { intervals: number, months }: IntervalsArgs,
    @Ctx() context: Context,
  ): Promise<TimeToEvent> {
    const group = await cohort.group(this.sources, context);
    return timeToEvent(group, await requesterOf(group, context), { number, months });
  }

  @FieldResolver(() => CohortMembers, { nullable: true, description: 'Its members in a period.' })
  @Directive(REQUIRES_FEEDS)
  async members(
    @Root() cohort: Cohort,
    @Args(() => PeriodArgs) { from, until }: PeriodArgs,
    @Ctx() context: Context,
  ): Promise<CohortMembers> {
    const { sources } = this;
    const { members: set, other, registries: asked } = await cohort.group(sources, context);
    const { filter } = cohort;
    form(context, [...asked, ...sectorsIn(sources)], { group: partOf(filter, from, until), within: filter });
    const key = { filter, set, other, from: formatDay(from), until: formatDay(until) };
    return new CohortMembers(key, memberFeedsOf(sources));
  }

  @FieldResolver(() => CohortRisk, {
    nullable: true,
    description: 'Predictions for its children at the beginning of a quarter.',
  })
  @Directive(REQUIRES_FEEDS)
  async childProtectionRisk(
    @Root() cohort: Cohort,
    @Args(() => PredictionArgs) { asOf, horizonYears }: PredictionArgs,
    @Ctx() context: Context,
  ): Promise<CohortRisk> {
    checkPredictionArgs(asOf, horizonYears);
    const { members: set, registries: asked } = await cohort.group(this.sources, context);
    const { filter } = cohort;
    form(context, asked, { group: partOf(filter, asOf, horizonYears), within: filter });
    return new CohortRisk({ filter, set, asOf: formatQuarter(asOf), horizonYears }, RISK_FEEDS);
  }
}

/**
 * Reads and checks what defines a group. It reads no data.
 * @throws PolkuError BAD_USER_INPUT, OPERATION_TOO_LARGE, PURPOSE_NOT_PERMITTED
 */
export function readGroupQuestion(
  given: Parameters<typeof readQuestion>[0],
  sources: readonly CohortSource[],
  { access, decision, store }: Context,
): CohortQuestion {
  const question = readQuestion(given);
  for (const asked of criterionQuestions(question)) {
    const source = sourceOf(sources, asked.filter.criterion)!;
    checkCriterion(asked, source.criteria[asked.filter.criterion]!);
    checkCodes(asked.filter, source, store);
    checkReleases(asked.filter, source, access, decision.language);
  }
  return question;
}

/** Charges a group, or a part of one, before registries are asked about it. */
function form(
  { decision, store }: Context,
  registries: readonly string[],
  group: { readonly group: string; readonly within?: string },
): void {
  const parameters = store.parameters(decision.purpose, registries);
  store.form({ ...group, organisation: decision.caller.recipient, parameters });
}

function requesterOf(group: CohortGroup, { decision }: Context): Promise<GroupRequester> {
  return group.requester(decision.purpose, decision.caller.recipient);
}
