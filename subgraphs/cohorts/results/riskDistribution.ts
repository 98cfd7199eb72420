import type { Feed } from '../../../schema/feed.js';
import { Field, Float, Int, ObjectType } from '../../../schema/typeGraphql.js';
import { RISK_BANDS } from '../../registry/factors/riskBands.js';
import type { PersonSet } from '../../../schema/personSet.js';
import type { Protection } from '../disclosure/groupQuestion.js';
import { type GroupAsker, protect } from '../protect.js';
import { ProtectedResult, TOO_FEW } from './protectedResult.js';

/** Beyond the bands: who has none is not counted. */
const NO_BAND = 0xff;

@ObjectType({
  simpleResolvers: true,
  description: 'How many children a probability in some band is foretold of.',
})
export class RiskBand {
  @Field(() => Float, { nullable: true, description: 'From this probability.' })
  readonly from: number;

  @Field(() => Float, { nullable: true, description: 'Below this one, the last band apart.' })
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
export class RiskDistribution extends ProtectedResult {
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

/** How what is foretold of a group's children is spread over bands of probability. */
export async function riskDistribution(
  set: PersonSet,
  { columns }: Feed,
  asker: GroupAsker,
): Promise<RiskDistribution> {
  const codes = new Uint8Array(set.words.length * 32).fill(NO_BAND);
  const band = columns['band'] as Uint8Array;
  (columns['child'] as Uint32Array).forEach((child, place) => (codes[child] = band[place]!));
  const table = { members: set.words, dimensions: [{ size: RISK_BANDS.length, codes }] };
  const { tables, protection } = await protect(asker, ['risk', columns['model']], [table]);
  const { counts } = tables[0]!;
  const bands = RISK_BANDS.map((_, number) => new RiskBand(number, counts[number]!));
  return new RiskDistribution(protection, bands, counts[RISK_BANDS.length]!);
}
