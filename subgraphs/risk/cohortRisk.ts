import { Feed } from '../../schema/feed.js';
import { FeedScalar } from '../../schema/scalars/feedScalar.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../schema/typeGraphql.js';
import { CohortRiskKey } from '../registry/feeds/foresightKeys.js';
import { declareFeeds, feedsIn, requiresFeeds } from '../registry/feeds/feedFields.js';
import type { RequestContext } from '../registry/subgraph/requestContext.js';
import type { SubgraphModule } from '../registry/subgraph/subgraphModule.js';
import { groupRisks } from './assessment/groupRisks.js';
import { modelToAsk } from './modelToAsk.js';
import type { RiskStore } from './riskStore.js';
import { RiskStatus } from './types.js';
import { checkAnswered } from './unanswered.js';

/**
 * `CohortRisk.risks`: the band of probability of each child of a group, for the subgraph of groups, which alone tells numbers of it. Here
 * only whether there are any is told.
 */
export function cohortRiskModule(registries: readonly string[]): SubgraphModule {
  @ObjectType('CohortRisk')
  @Directive('@key(fields: "filter set asOf horizonYears")')
  class CohortRisk extends CohortRiskKey {
    constructor(representation: Record<string, unknown>) {
      super(representation);
      Object.assign(this, Object.fromEntries(feedsIn(representation, registries)));
    }

    get feeds(): readonly (readonly [registry: string, Feed])[] {
      return feedsIn({ ...this } as Record<string, unknown>, registries);
    }
  }
  declareFeeds(CohortRisk, registries);

  @Resolver(() => CohortRisk)
  class CohortRiskResolver {
    @FieldResolver(() => RiskStatus, {
      nullable: true,
      description: 'Whether there are numbers, or why not.',
    })
    @Directive(requiresFeeds(registries))
    status(@Root() risk: CohortRisk, @Ctx() { store }: RequestContext<RiskStore>): RiskStatus {
      const asked = modelToAsk(store.inForce(), risk.feeds);
      return RiskStatus[typeof asked === 'string' ? asked : 'ASSESSED'];
    }

    @FieldResolver(() => FeedScalar, { nullable: true })
    @Directive('@inaccessible')
    @Directive(requiresFeeds(registries))
    @Directive('@lineage(exposes: [])')
    async risks(@Root() risk: CohortRisk, @Ctx() { store }: RequestContext<RiskStore>): Promise<Feed> {
      const { feeds } = risk;
      const asked = modelToAsk(store.inForce(), feeds);
      if (typeof asked === 'string') return Feed.withheld;
      checkAnswered(feeds);
      const { child, band } = await groupRisks(asked.model, feeds, risk.horizonYears);
      return Feed.data({
        child,
        band,
        model: [asked.model.version],
        registry: feeds.map(([registry]) => registry),
        snapshot: feeds.map(([, { columns }]) => (columns['snapshot'] as readonly string[])[0]!),
      });
    }
  }

  return {
    resolvers: [CohortRiskResolver],
    entities: [CohortRisk],
    references: { CohortRisk: (representation) => new CohortRisk(representation) },
  };
}
