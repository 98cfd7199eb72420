import {
  Args,
  ArgsType,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { CohortMembersKey } from '../../registry-kit/criteria/cohortKeys.js';
import { parseQuestion } from '../../registry-kit/criteria/cohortQuestion.js';
import { REQUIRES_FEEDS } from '../../registry-kit/feeds/derivedEntity.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { type CohortSource, type CohortsStore, sectorsIn } from './cohortsStore.js';
import { countingUnitsOf, registriesOf } from './group/cohortGroup.js';
import { answered } from './group/groupFacts.js';
import { type MemberSector, memberSectors } from './members.js';
import { type GroupRequester, partOf } from './protect.js';
import { CommonPaths, commonPaths } from './results/commonPaths.js';
import { GroupDifferences, notCompared, serviceDifferences } from './results/groupDifferences.js';
import { serviceUse, ServiceUseTable } from './results/serviceUse.js';

type Context = RequestContext<CohortsStore>;

const WITHHELD =
  'Registries whose owners withhold contacts from groups for this purpose. The list depends on policy only, never on data.';

@ObjectType({
  description: 'The members of a group in a period: which services they used, and in which order.',
})
@Directive('@key(fields: "filter set other from until")')
export class CohortMembers extends CohortMembersKey {}

/** The registries that feed it: the population register with families, the others with contacts. */
export function memberFeedsOf(sources: readonly CohortSource[]): readonly string[] {
  return ['population', ...sectorsIn(sources)];
}

@ArgsType()
export class ServiceUseArgs {
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
export class CommonPathsArgs {
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

@Resolver(() => CohortMembers)
export class CohortMembersResolver {
  readonly #sectors: readonly string[];

  constructor(private readonly sources: readonly CohortSource[]) {
    this.#sectors = sectorsIn(sources);
  }

  @FieldResolver(() => [String], { nullable: true, description: WITHHELD })
  @Directive(REQUIRES_FEEDS)
  withheld(@Root() { feeds }: CohortMembers): string[] {
    return this.#sectors.filter((registry) => feeds.get(registry)?.state === 'withheld');
  }

  @FieldResolver(() => ServiceUseTable, {
    nullable: true,
    description: 'How many members used each service.',
  })
  @Directive(REQUIRES_FEEDS)
  async serviceUse(
    @Root() members: CohortMembers,
    @Args(() => ServiceUseArgs) { services, byYear }: ServiceUseArgs,
    @Ctx() context: Context,
  ): Promise<ServiceUseTable> {
    const { set, from, until } = members;
    const sectors = this.#sectorsOf(members, context);
    const requester = await this.#requester(members, context);
    return serviceUse(set, sectors, requester, { from, until, services, byYear });
  }

  @FieldResolver(() => CommonPaths, {
    nullable: true,
    description: 'The most frequent sequences of services in their first episodes of the period.',
  })
  @Directive(REQUIRES_FEEDS)
  async commonPaths(
    @Root() members: CohortMembers,
    @Args(() => CommonPathsArgs) args: CommonPathsArgs,
    @Ctx() context: Context,
  ): Promise<CommonPaths> {
    const sectors = this.#sectorsOf(members, context);
    return commonPaths(members.set, sectors, await this.#requester(members, context), args);
  }

  @FieldResolver(() => GroupDifferences, {
    nullable: true,
    description:
      'Which services they used more or less often than the members of the group it is compared with.',
  })
  @Directive(REQUIRES_FEEDS)
  async differences(@Root() members: CohortMembers, @Ctx() context: Context): Promise<GroupDifferences> {
    const { set, other, from, until } = members;
    if (!other) throw notCompared();
    const sectors = this.#sectorsOf(members, context);
    return serviceDifferences([set, other], sectors, await this.#requester(members, context), [from, until]);
  }

  #sectorsOf({ feeds }: CohortMembers, { decision, store }: Context): readonly MemberSector[] {
    return memberSectors(feeds, this.#sectors, store, decision.language);
  }

  async #requester(members: CohortMembers, { decision, store }: Context): Promise<GroupRequester> {
    const { feeds, filter, set, from, until } = members;
    const asked = registriesOf(parseQuestion(filter), this.sources);
    return {
      purpose: decision.purpose,
      recipient: decision.caller.recipient,
      store,
      units: await countingUnitsOf(
        answered(feeds, 'population', decision.language),
        set.words.length * 32,
        store,
      ),
      feeds,
      registries: [...new Set([...asked, ...this.#sectors])].sort(),
      filter: partOf(filter, from, until),
    };
  }
}
