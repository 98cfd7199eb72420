import { Turns } from '../../../schema/turns.js';
import { registryOf } from '../../registry/factors/factor.js';
import { HORIZON_YEARS } from '../../registry/factors/horizon.js';
import { bandOf } from '../../registry/factors/riskBands.js';
import { ChildColumns, type ToldFeed } from '../childColumns.js';
import type { RiskModel } from '../model/riskModel.js';
import { otherForm } from '../unanswered.js';

/** The band of each child of a group of whom every registry told, and who is no client yet. */
export interface GroupRisks {
  readonly child: Uint32Array;
  readonly band: Uint8Array;
}

/**
 * Assesses the children of a group, by the model that assesses one.
 * @param feeds each of them data
 * @throws PolkuError SUBGRAPH_UNAVAILABLE where a registry answers in another form
 */
export async function groupRisks(
  model: RiskModel,
  feeds: readonly ToldFeed[],
  horizonYears: number,
): Promise<GroupRisks> {
  const toldBy = (registry: string): ToldFeed => {
    const told = feeds.find(([name]) => name === registry);
    if (!told) throw otherForm(registry);
    return told;
  };
  const turns = new Turns();
  const columns = await ChildColumns.of(feeds, toldBy('social'));
  const factors: Float32Array[] = [];
  for (const id of model.factors) {
    if (turns.over) await turns.next();
    factors.push(columns.factor(toldBy(registryOf(id)), id));
  }
  const exposures = Array.from({ length: HORIZON_YEARS }, (_, year) =>
    columns.numbers(toldBy('population'), 'exposure', year),
  );
  const { children } = columns;
  const band = new Uint8Array(children.length);
  const [values, exposure] = [new Float64Array(factors.length), new Float64Array(HORIZON_YEARS)];
  await turns.through(children.length, (from, to) => {
    for (let child = from; child < to; child++) {
      factors.forEach((column, number) => (values[number] = column[child]!));
      exposures.forEach((column, year) => (exposure[year] = column[child]!));
      band[child] = bandOf(model.assess(values, exposure).probability(horizonYears));
    }
  });
  return { child: children, band };
}
