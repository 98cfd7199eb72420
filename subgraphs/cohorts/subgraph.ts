import { type Day, formatDay, formatQuarter } from '../../lib/calendar.js';
import type { PolkuError } from '../../lib/errors.js';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  InputType,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { CohortKey, CohortMembersKey } from '../../registry-kit/criteria/cohortKeys.js';
import {
  checkCriterion,
  criterionQuestions,
  parseQuestion,
  readQuestion,
  writeQuestion,
} from '../../registry-kit/criteria/cohortQuestion.js';
import { badInput } from '../../registry-kit/criteria/groupFilter.js';
import { checkPredictionArgs } from '../../registry-kit/features/feature.js';
import { type CohortRiskKey, PredictionArgs } from '../../registry-kit/feeds/feedKeys.js';
import { expectFeeds } from '../../registry-kit/feeds/answerFeeds.js';
import { feedsIn, requiresFeeds } from '../../registry-kit/feeds/registryFeed.js';
import { joinModules, type SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { DateScalar } from '../../schema/scalars.js';
import { cohortRiskParts } from './cohortRisk.js';
import { type CohortSource, type CohortsStore, sourceOf } from './cohortsStore.js';
import { checkCodes, checkReleases, filterInputs } from './filter.js';
import { CohortGroup, countingUnitsOf, registriesOf } from './group/cohortGroup.js';
import { answered, feedsOf } from './group/groupFacts.js';
import type { DimensionName } from './group/populationColumns.js';
import { memberSectors } from './members.js';
import { type GroupRequester, partOf } from './protect.js';
import { CommonPaths, commonPaths } from './results/commonPaths.js';
import { GroupDifferences, personalDifferences, serviceDifferences } from './results/groupDifferences.js';
import { dimensionsTake, GroupDimension, GroupTable, groupTable } from './results/groupTable.js';
import { GroupSize, groupSize } from './results/protectedResult.js';
import { serviceUse, ServiceUseTable } from './results/serviceUse.js';
import { TimeToEvent, timeToEvent } from './results/timeToEvent.js';

type Context = RequestContext<CohortsStore>;

const WITHHELD =
  'Registries whose owners withhold contacts from groups for this purpose. The list depends on policy only, never on data.';

@ArgsType()
class PeriodArgs {
  @Field(() => DateScalar, { description: 'Contacts that began on this day or later.' })
  from!: Day;

  @Field(() => DateScalar, { description: 'Contacts that began on this day or before.' })
  until!: Day;
}

@ArgsType()
class TableArgs {
  @Field(() => [GroupDimension], { description: 'Up to three.' })
  by!: DimensionName[];

  @Field(() => [Int], { description: 'One year, or several if YEAR is among the dimensions.' })
  years!: number[];
}

@ArgsType()
class IntervalsArgs {
  @Field(() => Int, { defaultValue: 5, description: 'How many intervals.' })
  intervals!: number;

  @Field(() => Int, { defaultValue: 12, description: 'The length of each.' })
  months!: number;
}

@ArgsType()
class ServiceUseArgs {
  @Field(() => [String], {
    nullable: true,
    description:
      'Counts only these services. Each service, and each year of it, is charged as one question to the budget of the organisation.',
  })
  services?: string[] | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Counts each year of the period separately.' })
  byYear!: boolean;
}

@ArgsType()
class CommonPathsArgs {
  @Field(() => Int, { defaultValue: 20, description: 'How many paths, the most frequent first.' })
  first!: number;

  @Field(() => Int, {
    defaultValue: 3,
    description: 'The number of episodes of a path, from the first one in the period.',
  })
  steps!: number;

  @Field(() => Boolean, { defaultValue: false, description: 'Adds the median gaps between episodes.' })
  gaps!: boolean;
}

/**
 * The subgraph of groups. A cohort is an entity keyed by the whole question. Registries feed it with the
 * persons who meet their own criteria. This subgraph combines the answers and publishes protected numbers
 * only (docs/decisions/groups.md).
 */
export function cohortsModule(sources: readonly CohortSource[]): SubgraphModule {
  const registries = sources.map(({ registry }) => registry);
  const sectors = sources.filter(({ contacts }) => contacts).map(({ registry }) => registry);
  const memberFeeds = ['population', ...sectors];
  const { CohortFilter, CohortEvent } = filterInputs(
    Object.assign({}, ...sources.map(({ criteria }) => criteria)) as CohortSource['criteria'],
  );

  @InputType({ description: 'How long it takes from the first event of one kind to the first of another.' })
  class TimeToEventInput {
    @Field(() => CohortEvent, { description: 'The first such event begins the time.' })
    from!: object;

    @Field(() => CohortEvent, { description: 'The first such event on a later day ends it.' })
    event!: object;

    @Field(() => DateScalar, { description: 'The last day on which events count.' })
    until!: Day;
  }

  @ArgsType()
  class CohortArgs {
    @Field(() => CohortFilter, { description: 'Which persons belong to it.' })
    where!: object;

    @Field(() => CohortFilter, { nullable: true, description: 'A group to compare it with.' })
    comparedWith?: object | null;

    @Field(() => TimeToEventInput, { nullable: true, description: 'The events of timeToEvent.' })
    timeTo?: object | null;
  }

  @ObjectType({
    description: 'A group of people. It has numbers about the group, and no data about a single person.',
  })
  @Directive('@key(fields: "filter")')
  class Cohort extends CohortKey {
    #group: Promise<CohortGroup> | undefined;

    constructor(representation: Record<string, unknown>) {
      super(representation);
      Object.assign(this, Object.fromEntries(feedsIn(representation, registries)));
    }

    /** The group, evaluated when the first number about it is requested. */
    group(store: CohortsStore): Promise<CohortGroup> {
      this.#group ??= CohortGroup.of(this.question, feedsOf(this, registries), sources, store);
      return this.#group;
    }
  }
  expectFeeds(Cohort, registries);

  @ObjectType({
    description: 'The members of a group in a period: which services they used, and in which order.',
  })
  @Directive('@key(fields: "filter set other from until")')
  class CohortMembers extends CohortMembersKey {
    constructor(representation: Record<string, unknown>) {
      super(representation as never);
      Object.assign(this, Object.fromEntries(feedsIn(representation, memberFeeds)));
    }
  }
  expectFeeds(CohortMembers, memberFeeds);

  const cohortRisk = cohortRiskParts(sources);

  const requesterFor = async (
    members: CohortMembers,
    { decision, store }: Context,
  ): Promise<GroupRequester> => {
    const feeds = feedsOf(members, memberFeeds);
    const bound = members.set.words.length * 32;
    return {
      purpose: decision.purpose,
      recipient: decision.caller.recipient,
      store,
      units: await countingUnitsOf(answered(feeds, 'population'), bound, store),
      feeds,
      registries: [...new Set([...registriesOf(parseQuestion(members.filter), sources), ...sectors])].sort(),
      filter: partOf(members.filter, members.from, members.until),
    };
  };
  const sectorsOf = (members: CohortMembers, { store }: Context) =>
    memberSectors(feedsOf(members, memberFeeds), sectors, store);

  @Resolver(() => Cohort)
  class CohortResolver {
    @Query(() => Cohort, { description: 'A group of people, defined by data of the registries.' })
    cohort(@Args(() => CohortArgs) args: CohortArgs, @Ctx() context: Context): Cohort {
      const { access, store } = context;
      const question = readQuestion(args);
      for (const asked of criterionQuestions(question)) {
        const source = sourceOf(sources, asked.filter.criterion)!;
        checkCriterion(asked, source.criteria[asked.filter.criterion]!);
        checkCodes(asked.filter, source, store);
        checkReleases(asked.filter, source, access);
      }
      const filter = writeQuestion(question);
      form(context, registriesOf(question, sources), { group: filter });
      return new Cohort({ filter });
    }

    @FieldResolver(() => GroupSize, { nullable: true, description: 'The number of its members.' })
    @Directive(requiresFeeds(registries))
    async size(@Root() cohort: Cohort, @Ctx() context: Context): Promise<GroupSize> {
      const group = await cohort.group(context.store);
      return groupSize(group, await requesterOf(group, context));
    }

    @FieldResolver(() => GroupTable, {
      nullable: true,
      description:
        'Members who lived in the city at the end of a year, by their characteristics at that time.',
    })
    @Directive(requiresFeeds(registries))
    async table(
      @Root() cohort: Cohort,
      @Args(() => TableArgs) { by, years }: TableArgs,
      @Ctx() context: Context,
    ): Promise<GroupTable> {
      const group = await cohort.group(context.store);
      return groupTable(group, await requesterOf(group, context), by, years);
    }

    @FieldResolver(() => GroupDifferences, {
      nullable: true,
      description:
        'Characteristics that are more or less frequent among its members than in the group it is compared with.',
    })
    @Directive(requiresFeeds(registries))
    async differences(
      @Root() cohort: Cohort,
      @Arg('atEndOf', () => Int, { description: 'The characteristics at the end of this year.' })
      atEndOf: number,
      @Ctx() context: Context,
    ): Promise<GroupDifferences> {
      const group = await cohort.group(context.store);
      if (!group.other) throw notCompared();
      return personalDifferences(group, group.other, await requesterOf(group, context), atEndOf);
    }

    @FieldResolver(() => TimeToEvent, {
      nullable: true,
      description: 'The time until an event of its members.',
    })
    @Directive(requiresFeeds(registries))
    async timeToEvent(
      @Root() cohort: Cohort,
      @Args(() => IntervalsArgs) { intervals: number, months }: IntervalsArgs,
      @Ctx() context: Context,
    ): Promise<TimeToEvent> {
      const group = await cohort.group(context.store);
      return timeToEvent(group, await requesterOf(group, context), { number, months });
    }

    @FieldResolver(() => CohortMembers, { nullable: true, description: 'Its members in a period.' })
    @Directive(requiresFeeds(registries))
    async members(
      @Root() cohort: Cohort,
      @Args(() => PeriodArgs) { from, until }: PeriodArgs,
      @Ctx() context: Context,
    ): Promise<CohortMembers> {
      const { members: set, other, registries: asked } = await cohort.group(context.store);
      const { filter } = cohort;
      form(context, [...asked, ...sectors], { group: partOf(filter, from, until), within: filter });
      return new CohortMembers({ filter, set, other, from: formatDay(from), until: formatDay(until) });
    }

    @FieldResolver(() => cohortRisk.CohortRisk, {
      nullable: true,
      description: 'Predictions for its children at the beginning of a quarter.',
    })
    @Directive(requiresFeeds(registries))
    async childProtectionRisk(
      @Root() cohort: Cohort,
      @Args(() => PredictionArgs) { asOf, horizonYears }: PredictionArgs,
      @Ctx() context: Context,
    ): Promise<CohortRiskKey> {
      checkPredictionArgs(asOf, horizonYears);
      const { members: set, registries: asked } = await cohort.group(context.store);
      const { filter } = cohort;
      form(context, asked, { group: partOf(filter, asOf, horizonYears), within: filter });
      return new cohortRisk.CohortRisk({
        filter,
        set,
        asOf: formatQuarter(asOf),
        horizonYears,
      });
    }
  }

  @Resolver(() => CohortMembers)
  class CohortMembersResolver {
    @FieldResolver(() => [String], { nullable: true, description: WITHHELD })
    @Directive(requiresFeeds(memberFeeds))
    withheld(@Root() members: CohortMembers): string[] {
      return feedsIn({ ...members }, sectors).flatMap(([registry, { state }]) =>
        state === 'withheld' ? [registry] : [],
      );
    }

    @FieldResolver(() => ServiceUseTable, {
      nullable: true,
      description: 'How many members used each service.',
    })
    @Directive(requiresFeeds(memberFeeds))
    async serviceUse(
      @Root() members: CohortMembers,
      @Args(() => ServiceUseArgs) { services, byYear }: ServiceUseArgs,
      @Ctx() context: Context,
    ): Promise<ServiceUseTable> {
      const { set, from, until } = members;
      return serviceUse(set, sectorsOf(members, context), await requesterFor(members, context), {
        from,
        until,
        services,
        byYear,
      });
    }

    @FieldResolver(() => CommonPaths, {
      nullable: true,
      description: 'The most frequent sequences of services in their first episodes of the period.',
    })
    @Directive(requiresFeeds(memberFeeds))
    async commonPaths(
      @Root() members: CohortMembers,
      @Args(() => CommonPathsArgs) args: CommonPathsArgs,
      @Ctx() context: Context,
    ): Promise<CommonPaths> {
      return commonPaths(
        members.set,
        sectorsOf(members, context),
        await requesterFor(members, context),
        args,
      );
    }

    @FieldResolver(() => GroupDifferences, {
      nullable: true,
      description:
        'Which services they used more or less often than the members of the group it is compared with.',
    })
    @Directive(requiresFeeds(memberFeeds))
    async differences(@Root() members: CohortMembers, @Ctx() context: Context): Promise<GroupDifferences> {
      const { set, other, from, until } = members;
      if (!other) throw notCompared();
      return serviceDifferences(
        [set, other],
        sectorsOf(members, context),
        await requesterFor(members, context),
        [from, until],
      );
    }
  }

  return joinModules(
    {
      enumValues: { GroupDimension: dimensionsTake },
      resolvers: [CohortResolver, CohortMembersResolver],
      entities: [Cohort, CohortMembers],
      references: {
        Cohort: (representation) => new Cohort(representation),
        CohortMembers: (representation) => new CohortMembers(representation),
      },
    },
    cohortRisk.module,
  );
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

function notCompared(): PolkuError {
  return badInput('Name a group to compare with in the argument comparedWith of the cohort.');
}
