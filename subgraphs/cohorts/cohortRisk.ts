import { Feed } from '../../schema/feed.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../schema/typeGraphql.js';
import { declareFeeds, feedsIn, requiresFeeds } from '../registry/feeds/feedFields.js';
import { CohortRiskKey } from '../registry/feeds/foresightKeys.js';
import { questionOf } from '../registry/groups/cohortQuestion.js';
import type { RequestContext } from '../registry/subgraph/requestContext.js';
import type { SubgraphModule } from '../registry/subgraph/subgraphModule.js';
import type { CohortSource } from './cohortSource.js';
import type { CohortsStore } from './cohortsStore.js';
import { registriesOf } from './group/cohortGroup.js';
import { answered, feedsOf } from './group/groupFacts.js';
import { unitsIn } from './group/units.js';
import { partOf } from './protect.js';
import { RiskDistribution, riskDistribution } from './results/riskDistribution.js';

/** The band of each child, from the subgraph of foreseen need, and the families behind a number, from the population register. */
const RISK_FEEDS = ['risks', 'units'];

/** What is foretold of the children of a group: the class that a cohort answers with, and its part of the subgraph. */
export function cohortRiskParts(sources: readonly CohortSource[]): {
  readonly CohortRisk: new (representation: Record<string, unknown>) => CohortRiskKey;
  readonly module: SubgraphModule;
} {
  @ObjectType({ description: 'What is foretold of the children of a group: numbers of them, and of nobody.' })
  @Directive('@key(fields: "filter set asOf horizonYears")')
  class CohortRisk extends CohortRiskKey {
    constructor(representation: Record<string, unknown>) {
      super(representation);
      Object.assign(this, Object.fromEntries(feedsIn(representation, RISK_FEEDS)));
    }
  }
  declareFeeds(CohortRisk, RISK_FEEDS);

  @Resolver(() => CohortRisk)
  class CohortRiskResolver {
    @FieldResolver(() => RiskDistribution, {
      nullable: true,
      description: 'How many children there are in each band of probability; null where nothing is foretold.',
    })
    @Directive(requiresFeeds(RISK_FEEDS))
    async distribution(
      @Root() risk: CohortRisk,
      @Ctx() { decision, store }: RequestContext<CohortsStore>,
    ): Promise<RiskDistribution | null> {
      const feeds = feedsOf(risk, RISK_FEEDS);
      if (feeds.get('risks')!.state === 'withheld') return null;
      const risks = answered(feeds, 'risks');
      const asked = risks.columns['registry'] as readonly string[];
      const snapshots = risks.columns['snapshot'] as readonly string[];
      return riskDistribution(risk.set, risks, {
        purpose: decision.purpose,
        recipient: decision.caller.recipient,
        store,
        units: await unitsIn(answered(feeds, 'units'), risk.set.words.length * 32, store),
        feeds: new Map(asked.map((registry, at) => [registry, Feed.data({ snapshot: [snapshots[at]!] })])),
        registries: [...new Set([...registriesOf(questionOf(risk.filter), sources), ...asked])].sort(),
        filter: partOf(risk.filter, risk.asOf, risk.horizonYears),
      });
    }
  }

  return {
    CohortRisk,
    module: {
      resolvers: [CohortRiskResolver],
      entities: [CohortRisk],
      references: { CohortRisk: (representation) => new CohortRisk(representation) },
    },
  };
}
