import { beforeAll, describe, expect, it } from '@jest/globals';
import { AGE_FACTOR } from '../../../risk-model/model/modelContent.js';
import type { RiskModel } from '../../../risk-model/model/riskModel.js';
import { countValues, cutFactor, shortestBetween } from '../../../risk-model/training/binnedFeatures.js';
import { pairCount, pairOf } from '../../../risk-model/training/screenPairs.js';
import { splitOf } from '../../../risk-model/training/splitFamilies.js';
import { trainRiskModel } from '../../../risk-model/training/trainRiskModel.js';
import { makeTable } from '../../risk/madeTable.js';

const { table } = makeTable(12_000);
const options = { seed: 3, trainedAt: '2017-03-01T12:00:00.000Z' };
const valuesOf = (model: RiskModel, row: number) =>
  Float64Array.from(
    model.factors,
    (id) => table.columns[table.factors.findIndex((of) => of.id === id)]![row]!,
  );

describe('a trained model', () => {
  let text: string;
  let model: RiskModel;
  beforeAll(async () => {
    ({ text, model } = await trainRiskModel(table, options));
  });

  it('finds interactions and main effects', () => {
    const terms = model.terms.map(({ factors }) => factors.toSorted().join());
    expect(terms).toContain('health.child.visits,population.parents.number');
    expect(terms).toContain('social.child.since');
  });

  it('excludes factors without effect, and lists them as considered', () => {
    const noise = model.factors.filter((id) => id.includes('noise'));
    // There are twelve noise factors.
    expect(noise.length).toBeLessThanOrEqual(2);
    expect([...model.content.considered, ...model.factors].toSorted()).toEqual(
      table.factors.map(({ id }) => id).toSorted(),
    );
  });

  it('has interaction values only for unusual bins, close to the true effect', () => {
    const pair = model.content.terms.find(({ factors }) => factors.length === 2)!;
    const usual = table.columns[1]!.indexOf(0);
    const exposed = [1, 1, 1, 1, 1];
    const at = model.content.terms.indexOf(pair);
    expect(model.assess(valuesOf(model, usual), exposed).contributions[at]).toBe(0);
    const most = Math.max(...pair.values) / 1e6;
    expect(most).toBeGreaterThan(1.2);
    expect(most).toBeLessThan(3.2);
  });

  it('is the same, byte for byte, when trained again or in two threads, and differs with another seed', async () => {
    expect((await trainRiskModel(table, { ...options, threads: 2 })).text).toBe(text);
    expect((await trainRiskModel(table, { ...options, seed: 4 })).text).not.toBe(text);
  });

  it('does not use test families', async () => {
    const outcome = table.outcome.map((year, row) =>
      splitOf(options.seed, table.family[row]!) === 'test' ? 5 - year : year,
    );
    expect((await trainRiskModel({ ...table, outcome }, options)).text).toBe(text);
  });

  it('has calibration on other families, and an interval for a child', () => {
    for (const bands of model.calibration) {
      expect(bands.length).toBeGreaterThan(2);
      for (const { predicted, observed } of bands) expect(Math.abs(predicted - observed)).toBeLessThan(0.1);
    }
    const score = model.assess(valuesOf(model, 0), table.exposure.subarray(0, 5));
    const [from, until] = score.interval(5);
    expect(until - from).toBeGreaterThan(0.001);
    expect(until - from).toBeLessThan(0.3);
  });
});

it('a table with too few clients, or without age, is refused', async () => {
  const small = makeTable(60).table;
  await expect(trainRiskModel(small, options)).rejects.toMatchObject({ code: 'RISK_TABLE_UNFIT' });
  const factors = table.factors.filter(({ id }) => id !== AGE_FACTOR);
  await expect(trainRiskModel({ ...table, factors }, options)).rejects.toMatchObject({
    code: 'RISK_TABLE_UNFIT',
  });
});

describe('cuts', () => {
  it('separate 0 and "never", and lie between existing values', () => {
    const values = Float32Array.from({ length: 4000 }, (_, i) =>
      i % 4 === 0 ? 0 : i % 4 === 1 ? Number.POSITIVE_INFINITY : 1 + ((i * 7919) % 1000),
    );
    const cuts = cutFactor(countValues(values), 16);
    expect(cuts.length).toBeGreaterThan(8);
    expect(cuts.length).toBeLessThan(16);
    expect(cuts[0]).toBeGreaterThan(0);
    expect(cuts[0]).toBeLessThanOrEqual(1);
    expect(cuts.at(-1)).toBeGreaterThan(1000);
    expect(cuts).toEqual(cuts.toSorted((a, b) => a - b));
  });

  it('are the numbers with the fewest digits', () => {
    expect(shortestBetween(2, 3)).toBe(3);
    expect(shortestBetween(0, 1)).toBe(0.5);
    expect(shortestBetween(1.234, 1.236)).toBe(1.235);
  });
});

it('numbers pairs without gaps', () => {
  const pairs = Array.from({ length: pairCount(30) }, (_, number) => pairOf(number));
  expect(new Set(pairs.map(String)).size).toBe(435);
  expect(pairs.every(([first, second]) => first >= 0 && first < second && second < 30)).toBe(true);
});
