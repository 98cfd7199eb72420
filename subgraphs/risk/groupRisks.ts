import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { bandOf, HORIZON_YEARS, registryOfFeature } from '../../registry-kit/features/feature.js';
import { REQUIRES_FEEDS } from '../../registry-kit/feeds/derivedEntity.js';
import { CohortRiskKey } from '../../registry-kit/feeds/feedKeys.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import type { RiskModel } from '../../risk-model/model/riskModel.js';
import { checkAnswered, otherForm, type RiskStore } from '../../risk-model/model/riskStore.js';
import { ChildColumns, type RegistryFeed } from '../../risk-model/training/childrenBlock.js';
import { Feed } from '../../schema/feed.js';
import { FeedScalar } from '../../schema/scalars.js';
import { servingModel } from './assess.js';
import { RiskStatus } from './types.js';

/** The band of each child of a group who is in every registry's feed and not a client yet. */
interface GroupRisks {
  readonly child: Uint32Array;
  readonly band: Uint8Array;
}

/**
 * Assesses the children of a group with the model that assesses single children.
 * @param feeds each of them data
 * @throws PolkuError SUBGRAPH_UNAVAILABLE if a registry answers in another form
 */
async function groupRisks(
  model: RiskModel,
  feeds: readonly RegistryFeed[],
  horizonYears: number,
): Promise<GroupRisks> {
  const feedOf = (registry: string): RegistryFeed => {
    const feed = feeds.find(([name]) => name === registry);
    if (!feed) throw otherForm(registry);
    return feed;
  };
  const scheduler = new CooperativeScheduler();
  const columns = await ChildColumns.of(feeds, feedOf('social'));
  const factors: Float32Array[] = [];
  for (const id of model.factors) {
    if (scheduler.shouldYield) await scheduler.yield();
    factors.push(columns.factor(feedOf(registryOfFeature(id)), id));
  }
  const exposures = Array.from({ length: HORIZON_YEARS }, (_, year) =>
    columns.numbers(feedOf('population'), 'exposure', year),
  );
  const { children } = columns;
  const band = new Uint8Array(children.length);
  const [values, exposure] = [new Float64Array(factors.length), new Float64Array(HORIZON_YEARS)];
  await scheduler.forEachChunk(children.length, (from, to) => {
    for (let child = from; child < to; child++) {
      factors.forEach((column, number) => (values[number] = column[child]!));
      exposures.forEach((column, year) => (exposure[year] = column[child]!));
      band[child] = bandOf(model.assess(values, exposure).probability(horizonYears));
    }
  });
  return { child: children, band };
}

/** The predictions for the children of a group, as this subgraph knows them. */
@ObjectType('CohortRisk')
@Directive('@key(fields: "filter set asOf horizonYears")')
export class CohortChildRisks extends CohortRiskKey {}

@Resolver(() => CohortChildRisks)
export class CohortChildRisksResolver {
  @FieldResolver(() => RiskStatus, {
    nullable: true,
    description: 'Whether there are numbers, or why not.',
  })
  @Directive(REQUIRES_FEEDS)
  status(@Root() { feeds }: CohortChildRisks, @Ctx() { store }: RequestContext<RiskStore>): RiskStatus {
    const serving = servingModel(store.inForce(), [...feeds]);
    return RiskStatus[typeof serving === 'string' ? serving : 'ASSESSED'];
  }

  /**
   * The band of probability of each child of a group. It goes to the cohort subgraph, which alone publishes
   * numbers about it. Clients of this subgraph only see whether there are any numbers.
   */
  @FieldResolver(() => FeedScalar, { nullable: true })
  @Directive('@inaccessible')
  @Directive(REQUIRES_FEEDS)
  @Directive('@lineage(exposes: [])')
  async risks(@Root() risk: CohortChildRisks, @Ctx() { store }: RequestContext<RiskStore>): Promise<Feed> {
    const feeds = [...risk.feeds];
    const serving = servingModel(store.inForce(), feeds);
    if (typeof serving === 'string') return Feed.withheld;
    checkAnswered(feeds);
    const { child, band } = await groupRisks(serving.model, feeds, risk.horizonYears);
    return Feed.data({
      child,
      band,
      model: [serving.model.version],
      registry: feeds.map(([registry]) => registry),
      snapshot: feeds.map(([, { columns }]) => (columns['snapshot'] as readonly string[])[0]!),
    });
  }
}
