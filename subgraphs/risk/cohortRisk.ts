import { Feed } from '../../schema/feed.js';
import { PolkuError } from '../../schema/polkuError.js';
import { FeedScalar } from '../../schema/scalars/feedScalar.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../schema/typeGraphql.js';
import { CohortRiskKey } from '../registry/feeds/foresightKeys.js';
import { declareFeeds, feedsIn, requiresFeeds } from '../registry/feeds/feedFields.js';
import type { RequestContext } from '../registry/subgraph/requestContext.js';
import type { SubgraphModule } from '../registry/subgraph/subgraphModule.js';
import { groupRisks } from './assessment/groupRisks.js';
import type { RiskStore } from './riskStore.js';
import { RiskStatus } from './types.js';

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

  const statusOf = (risk: CohortRisk, store: RiskStore): RiskStatus => {
    const { state } = store.inForce();
    if (state === 'no-model') return RiskStatus.NO_MODEL;
    if (state === 'switched-off') return RiskStatus.SWITCHED_OFF;
    return risk.feeds.some(([, feed]) => feed.state === 'withheld')
      ? RiskStatus.WITHHELD
      : RiskStatus.ASSESSED;
  };

  @Resolver(() => CohortRisk)
  class CohortRiskResolver {
    @FieldResolver(() => RiskStatus, {
      nullable: true,
      description: 'Whether there are numbers, or why not.',
    })
    @Directive(requiresFeeds(registries))
    status(@Root() risk: CohortRisk, @Ctx() { store }: RequestContext<RiskStore>): RiskStatus {
      return statusOf(risk, store);
    }

    @FieldResolver(() => FeedScalar, { nullable: true })
    @Directive('@inaccessible')
    @Directive(requiresFeeds(registries))
    @Directive('@lineage(exposes: [])')
    async risks(@Root() risk: CohortRisk, @Ctx() { store }: RequestContext<RiskStore>): Promise<Feed> {
      const { feeds } = risk;
      const inForce = store.inForce();
      if (inForce.state !== 'serving' || statusOf(risk, store) !== RiskStatus.ASSESSED) return Feed.withheld;
      for (const [registry, { state }] of feeds)
        if (state === 'failed')
          throw new PolkuError(
            'SUBGRAPH_UNAVAILABLE',
            `The registry ${registry} did not answer, so nothing is foretold.`,
            { registry },
          );
      const { child, band } = await groupRisks(inForce.model, feeds, risk.horizonYears);
      return Feed.data({
        child,
        band,
        model: [inForce.model.version],
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
