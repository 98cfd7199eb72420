import type { PricedQuestion } from '../../disclosure-control/groupQuestion.js';
import type { QuestionPrice } from '../../disclosure-control/groupPrices.js';
import type { LedgerBudget } from '../../disclosure-control/ledger/ledger.js';
import type { Day } from '../../lib/calendar.js';
import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  PlainArg,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { type CohortQuestion, writeQuestion } from '../../registry-kit/criteria/cohortQuestion.js';
import { checkPredictionArgs } from '../../registry-kit/features/feature.js';
import { memberContactCoordinates } from '../../registry-kit/feeds/cohortFeed.js';
import { PredictionArgs } from '../../registry-kit/feeds/feedKeys.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import type { Language } from '../../schema/language.js';
import { DateScalar } from '../../schema/scalars.js';
import { IntervalsArgs, PeriodArgs, readGroupQuestion, TableArgs } from './cohort.js';
import { CommonPathsArgs, ServiceUseArgs } from './cohortMembers.js';
import { askedRisk } from './cohortRisk.js';
import { type CohortSource, type CohortsStore, sectorsIn } from './cohortsStore.js';
import { CohortFilter, TimeToEventInput } from './filter.js';
import { registriesOf } from './group/cohortGroup.js';
import { type DimensionName, dimensions } from './group/populationColumns.js';
import { type AskedResult, askText, partOf } from './protect.js';
import { askedCommonPaths } from './results/commonPaths.js';
import {
  askedPersonalDifferences,
  askedServiceDifferences,
  notCompared,
} from './results/groupDifferences.js';
import { askedTable, checkReleased } from './results/groupTable.js';
import { askedSize } from './results/protectedResult.js';
import { askedServiceUse } from './results/serviceUse.js';
import { askedTimeToEvent } from './results/timeToEvent.js';

type Context = RequestContext<CohortsStore>;

const GroupBudgetUnit = { QUESTIONS: 'questions' } as const;
registerEnumType(GroupBudgetUnit, {
  name: 'GroupBudgetUnit',
  description: 'What a budget and a price count.',
});

@ObjectType({
  simpleResolvers: true,
  description: 'What the organisation of the caller may still ask about groups for this purpose.',
})
export class GroupBudget {
  @Field(() => GroupBudgetUnit, { nullable: true })
  readonly unit = GroupBudgetUnit.QUESTIONS;

  @Field(() => Int, { nullable: true, description: 'The whole budget of a period.' })
  readonly limit: number;

  @Field(() => Int, { nullable: true, description: 'What is left of it.' })
  readonly left: number;

  @Field(() => DateScalar, { nullable: true, description: 'The day on which the next period begins.' })
  readonly resetsOn: Day;

  constructor({ limit, left, resetsOn }: LedgerBudget) {
    this.limit = limit;
    this.left = left;
    this.resetsOn = resetsOn;
  }
}

@ObjectType({
  simpleResolvers: true,
  description:
    'What a question would cost if it were asked now, by itself. It depends on the question, and on what the organisation asked before. It does not depend on data.',
})
export class GroupPrice {
  @Field(() => Int, { nullable: true, description: 'The least that it costs, in the unit of the budget.' })
  readonly least: number;

  @Field(() => Int, { nullable: true, description: 'The most that it costs.' })
  readonly most: number;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the organisation asked it before in this period. Then it costs the least if no register was updated since, and the most otherwise.',
  })
  readonly askedBefore: boolean;

  @Field(() => GroupBudget, { nullable: true, description: 'The budget that pays for it.' })
  readonly budget: GroupBudget;

  constructor({ least, most, askedBefore, budget }: QuestionPrice) {
    this.least = least;
    this.most = most;
    this.askedBefore = askedBefore;
    this.budget = new GroupBudget(budget);
  }
}

/** A group whose questions are priced. It is not formed, and no registry is asked about it. */
class PricedGroup {
  constructor(
    readonly question: CohortQuestion,
    private readonly sources: readonly CohortSource[],
    private readonly context: Context,
    /** The period of its members, and the registries with their contacts. */
    readonly period?: readonly [from: Day, until: Day],
  ) {}

  get store(): CohortsStore {
    return this.context.store;
  }

  get districts(): readonly string[] {
    return this.store.codes('population', 'districts');
  }

  /** Of messages. */
  get language(): Language {
    return this.context.decision.language;
  }

  inPeriod(from: Day, until: Day): PricedGroup {
    return new PricedGroup(this.question, this.sources, this.context, [from, until]);
  }

  /** Whether the owner of the population register releases the data of a dimension. */
  has(name: DimensionName): boolean {
    return this.#isReleased('Cohort', dimensions[name].coordinate);
  }

  /** The services of the registries whose owners do not withhold contacts. */
  get sectors(): readonly { readonly services: readonly string[] }[] {
    return this.sources.flatMap(({ registry, contactType }) =>
      contactType !== undefined &&
      memberContactCoordinates(contactType).every((field) => this.#isReleased('CohortMembers', field))
        ? [{ services: this.store.codes(registry, 'services') }]
        : [],
    );
  }

  /** @param parts what the group is narrowed to, in addition to its period */
  price(
    { result, tables }: AskedResult,
    { least, furtherCost, registries, parts }: PriceOptions = {},
  ): GroupPrice {
    const { decision, store } = this.context;
    const { question, period, sources } = this;
    const filter = writeQuestion(question);
    const part = parts ?? period;
    const groups = part ? [filter, partOf(filter, ...part)] : [filter];
    const asked = new Set([
      ...registriesOf(question, sources),
      ...(period ? sectorsIn(sources) : []),
      ...(registries ?? []),
    ]);
    const priced: PricedQuestion = {
      organisation: decision.caller.recipient,
      groups,
      asks: askText(groups.at(-1)!, result),
      parameters: store.parameters(decision.purpose, [...asked]),
      tables,
      ...(furtherCost !== undefined && { furtherCost }),
    };
    const price = store.prices.price(priced);
    return new GroupPrice({ ...price, least: Math.min(price.least, least ?? Infinity) });
  }

  #isReleased(type: string, coordinate: string): boolean {
    return this.context.access.decision.derive(type, coordinate).length > 0;
  }
}

interface PriceOptions {
  /** The least that it costs if it may turn out that nothing can be answered. */
  readonly least?: number;
  readonly furtherCost?: number;
  /** Further registries whose owners' rules apply. */
  readonly registries?: readonly string[];
  readonly parts?: readonly unknown[];
}

@ObjectType({
  description:
    'What questions about a group would cost. Its fields and arguments are those of Cohort. Asking for a price is free.',
})
export class CohortPrice {
  constructor(readonly group: PricedGroup) {}
}

@ObjectType({ description: 'What questions about the members of a group in a period would cost.' })
export class MembersPrice {
  constructor(readonly group: PricedGroup) {}
}

@Resolver(() => CohortPrice)
export class CohortPriceResolver {
  constructor(private readonly sources: readonly CohortSource[]) {}

  @Query(() => GroupBudget, {
    nullable: true,
    description:
      'What the organisation may still ask about groups, under the strictest rules of all registries. A price names the budget of its own question.',
  })
  groupBudget(@Ctx() { decision, store }: Context): GroupBudget {
    const registries = this.sources.map(({ registry }) => registry);
    const parameters = store.parameters(decision.purpose, registries);
    return new GroupBudget(store.prices.budget(decision.caller.recipient, parameters));
  }

  @Query(() => CohortPrice, {
    nullable: true,
    description: 'What questions about a group would cost. It takes the arguments of cohort, and is free.',
  })
  cohortPrice(
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
  ): CohortPrice {
    const question = readGroupQuestion({ where, comparedWith, timeTo }, this.sources, context);
    return new CohortPrice(new PricedGroup(question, this.sources, context));
  }

  @FieldResolver(() => GroupPrice, { nullable: true })
  size(@Root() { group }: CohortPrice): GroupPrice {
    return group.price(askedSize);
  }

  @FieldResolver(() => GroupPrice, { nullable: true })
  table(@Root() { group }: CohortPrice, @Args(() => TableArgs) { by, years }: TableArgs): GroupPrice {
    for (const name of ['year', ...by] as const) checkReleased(group, name);
    return group.price(askedTable(by, years, group.districts));
  }

  @FieldResolver(() => GroupPrice, { nullable: true })
  differences(
    @Root() { group }: CohortPrice,
    @Arg('atEndOf', () => Int, { description: 'The characteristics at the end of this year.' })
    atEndOf: number,
  ): GroupPrice {
    if (!group.question.comparedWith) throw notCompared();
    return group.price(askedPersonalDifferences(group, atEndOf, group.districts));
  }

  @FieldResolver(() => GroupPrice, { nullable: true })
  timeToEvent(
    @Root() { group }: CohortPrice,
    @Args(() => IntervalsArgs) { intervals: number, months }: IntervalsArgs,
  ): GroupPrice {
    const asked = askedTimeToEvent(group.question, { number, months });
    checkReleased(group, 'year');
    return group.price(asked);
  }

  @FieldResolver(() => MembersPrice, { nullable: true })
  members(@Root() { group }: CohortPrice, @Args(() => PeriodArgs) { from, until }: PeriodArgs): MembersPrice {
    return new MembersPrice(group.inPeriod(from, until));
  }

  @FieldResolver(() => GroupPrice, {
    nullable: true,
    description:
      'The price of childProtectionRisk { distribution }. It costs the least if there are no predictions.',
  })
  childProtectionRisk(
    @Root() { group }: CohortPrice,
    @Args(() => PredictionArgs) { asOf, horizonYears }: PredictionArgs,
  ): GroupPrice {
    checkPredictionArgs(asOf, horizonYears);
    const registries = this.sources.map(({ registry }) => registry);
    return group.price(askedRisk, { parts: [asOf, horizonYears], registries, least: 0 });
  }
}

@Resolver(() => MembersPrice)
export class MembersPriceResolver {
  @FieldResolver(() => GroupPrice, { nullable: true })
  serviceUse(
    @Root() { group }: MembersPrice,
    @Args(() => ServiceUseArgs) { services, byYear }: ServiceUseArgs,
  ): GroupPrice {
    const [from, until] = group.period!;
    return group.price(askedServiceUse(group.sectors, { from, until, services, byYear }));
  }

  @FieldResolver(() => GroupPrice, {
    nullable: true,
    description:
      'With gaps, the price depends on how many paths are published: it is at least that of the paths.',
  })
  commonPaths(
    @Root() { group }: MembersPrice,
    @Args(() => CommonPathsArgs) args: CommonPathsArgs,
  ): GroupPrice {
    const asked = askedCommonPaths(args);
    return group.price(asked, { furtherCost: asked.furtherCost });
  }

  @FieldResolver(() => GroupPrice, { nullable: true })
  differences(@Root() { group }: MembersPrice): GroupPrice {
    if (!group.question.comparedWith) throw notCompared();
    return group.price(askedServiceDifferences(group.sectors, group.period!));
  }
}
