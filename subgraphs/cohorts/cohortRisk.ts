import type { Protection } from '../../disclosure-control/groupQuestion.js';
import {
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Float,
  Int,
  ObjectType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { parseQuestion } from '../../registry-kit/criteria/cohortQuestion.js';
import { RISK_BANDS } from '../../registry-kit/features/feature.js';
import { REQUIRES_FEEDS } from '../../registry-kit/feeds/derivedEntity.js';
import { CohortRiskKey } from '../../registry-kit/feeds/feedKeys.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { Feed } from '../../schema/feed.js';
import type { PersonSet } from '../../schema/personSet.js';
import type { CohortSource, CohortsStore } from './cohortsStore.js';
import { countingUnitsOf, registriesOf } from './group/cohortGroup.js';
import { answered } from './group/groupFacts.js';
import { type AskedResult, type GroupRequester, partOf, protect } from './protect.js';
import { ProtectedResult, TOO_FEW } from './results/protectedResult.js';

/**
 * The band of each child, from the subgraph of predicted need, and the families behind a number, from the
 * population register.
 */
export const RISK_FEEDS = ['risks', 'units'];

@ObjectType({ description: 'Predictions for the children of a group, as numbers about the group only.' })
@Directive('@key(fields: "filter set asOf horizonYears")')
export class CohortRisk extends CohortRiskKey {}

/** A value outside the bands: children without a band are not counted. */
const NO_BAND = 0xff;

@ObjectType({
  simpleResolvers: true,
  description: 'How many children have a predicted probability in a band.',
})
class RiskBand {
  @Field(() => Float, { nullable: true, description: 'The lower bound, included.' })
  readonly from: number;

  @Field(() => Float, { nullable: true, description: 'The upper bound, excluded except in the last band.' })
  readonly until: number;

  @Field(() => Int, { nullable: true, description: TOO_FEW })
  readonly children: number | null;

  constructor(band: number, children: number | null) {
    this.from = RISK_BANDS[band]!;
    this.until = RISK_BANDS[band + 1] ?? 1;
    this.children = children;
  }
}

@ObjectType({ simpleResolvers: true })
class RiskDistribution extends ProtectedResult {
  @Field(() => [RiskBand], { nullable: true })
  readonly bands: readonly RiskBand[];

  @Field(() => Int, { nullable: true, description: `All children of the group who are assessed. ${TOO_FEW}` })
  readonly children: number | null;

  constructor(protection: Protection, bands: readonly RiskBand[], children: number | null) {
    super(protection);
    this.bands = bands;
    this.children = children;
  }
}

@Resolver(() => CohortRisk)
export class CohortRiskResolver {
  constructor(private readonly sources: readonly CohortSource[]) {}

  @FieldResolver(() => RiskDistribution, {
    nullable: true,
    description: 'How many children are in each band of probability; null if there are no predictions.',
  })
  @Directive(REQUIRES_FEEDS)
  async distribution(
    @Root() risk: CohortRisk,
    @Ctx() { decision, store }: RequestContext<CohortsStore>,
  ): Promise<RiskDistribution | null> {
    const { feeds } = risk;
    if (feeds.get('risks')?.state === 'withheld') return null;
    const risks = answered(feeds, 'risks', decision.language);
    const asked = risks.columns['registry'] as readonly string[];
    const snapshots = risks.columns['snapshot'] as readonly string[];
    return riskDistribution(risk.set, risks, {
      purpose: decision.purpose,
      recipient: decision.caller.recipient,
      store,
      units: await countingUnitsOf(
        answered(feeds, 'units', decision.language),
        risk.set.words.length * 32,
        store,
      ),
      feeds: new Map(asked.map((registry, at) => [registry, Feed.data({ snapshot: [snapshots[at]!] })])),
      registries: [...new Set([...registriesOf(parseQuestion(risk.filter), this.sources), ...asked])].sort(),
      filter: partOf(risk.filter, risk.asOf, risk.horizonYears),
    });
  }
}

/** The distribution as a question. */
export const askedRisk: AskedResult = {
  result: ['risk'],
  tables: [{ dimensions: [{ size: RISK_BANDS.length }] }],
};

/** Counts a group's children by band of probability. */
async function riskDistribution(
  set: PersonSet,
  { columns }: Feed,
  requester: GroupRequester,
): Promise<RiskDistribution> {
  const codes = new Uint8Array(set.words.length * 32).fill(NO_BAND);
  const band = columns['band'] as Uint8Array;
  (columns['child'] as Uint32Array).forEach((child, place) => (codes[child] = band[place]!));
  const table = { members: set.words, dimensions: [{ size: RISK_BANDS.length, codes }] };
  const result = [...askedRisk.result, columns['model']];
  const { tables, protection } = await protect(requester, result, [table], askedRisk.result);
  const { counts } = tables[0]!;
  const bands = RISK_BANDS.map((_, number) => new RiskBand(number, counts[number]!));
  return new RiskDistribution(protection, bands, counts[RISK_BANDS.length]!);
}
