import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { percent } from '../../../risk-model/card/plots.js';
import { writeModelCard } from '../../../risk-model/card/writeModelCard.js';
import { evaluateRiskModel } from '../../../risk-model/evaluation/evaluateRiskModel.js';
import { figure, type RiskEvaluation } from '../../../risk-model/evaluation/evaluation.js';
import * as metrics from '../../../risk-model/evaluation/metrics.js';
import { orderOf } from '../../../risk-model/evaluation/metrics.js';
import type { RiskModel } from '../../../risk-model/model/riskModel.js';
import { trainRiskModel } from '../../../risk-model/training/trainRiskModel.js';
import { makeTable, PLANTED } from '../../risk/madeTable.js';

/** Children who count 0 to 3 times, with ties; at least one client and one other. */
const predictionsArbitrary = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.integer({ min: 0, max: 3 })), {
    maxLength: 40,
  })
  .map((children) => [...children, [3, true, 1] as const, [5, false, 1] as const])
  .map((children) => ({
    probability: Float64Array.from(children, ([tenths]) => tenths / 10),
    event: Uint8Array.from(children, ([, event]) => (event ? 1 : 0)),
    weight: Uint8Array.from(children, ([, , weight]) => weight),
  }));

describe('metrics, compared with slow implementations', () => {
  it('AUC is the share of pairs in which the client has the higher probability', () => {
    fc.assert(
      fc.property(predictionsArbitrary, (predictions) => {
        const { probability, event, weight } = predictions;
        let [won, pairs] = [0, 0];
        probability.forEach((p, client) =>
          probability.forEach((q, other) => {
            if (event[client] !== 1 || event[other] !== 0) return;
            const count = weight[client]! * weight[other]!;
            pairs += count;
            won += count * (p > q ? 1 : p === q ? 0.5 : 0);
          }),
        );
        expect(metrics.auc(predictions, orderOf(probability))).toBeCloseTo(won / pairs, 9);
      }),
    );
  });

  it('a child with weight 2 equals two children', () => {
    fc.assert(
      fc.property(predictionsArbitrary, (predictions) => {
        const copies = [...predictions.weight.keys()].flatMap((i) =>
          new Array<number>(predictions.weight[i]!).fill(i),
        );
        const copied = {
          probability: Float64Array.from(copies, (i) => predictions.probability[i]!),
          event: Uint8Array.from(copies, (i) => predictions.event[i]!),
          weight: new Uint8Array(copies.length).fill(1),
        };
        const [order, other] = [orderOf(predictions.probability), orderOf(copied.probability)];
        expect(metrics.prAuc(predictions, order)).toBeCloseTo(metrics.prAuc(copied, other)!, 9);
        expect(metrics.logLoss(predictions)).toBeCloseTo(metrics.logLoss(copied)!, 9);
        expect(metrics.brier(predictions)).toBeCloseTo(metrics.brier(copied)!, 9);
        expect(metrics.atThreshold(predictions, 0.35)).toEqual(metrics.atThreshold(copied, 0.35));
      }),
    );
  });

  it('the calibration error is 0 for true probabilities, and the slope is below 1 for extreme ones', () => {
    const probability = Float64Array.from({ length: 2000 }, (_, i) => 0.05 + (0.9 * i) / 2000);
    const weight = new Uint8Array(2000).fill(1);
    const event = probability.map((p, i) => ((i * 0.618034) % 1 < p ? 1 : 0));
    const predictions = { probability, event: Uint8Array.from(event), weight };
    expect(metrics.calibrationError(predictions, orderOf(probability), probability)).toBe(0);
    expect(
      metrics.calibrationError(
        predictions,
        orderOf(probability),
        probability.map((p) => p / 2),
      ),
    ).toBeCloseTo(0.25, 2);
    expect(metrics.calibrationSlope(predictions)).toBeCloseTo(1, 1);
    const extreme = probability.map((p) => p ** 2 / (p ** 2 + (1 - p) ** 2));
    expect(metrics.calibrationSlope({ ...predictions, probability: extreme })).toBeCloseTo(0.5, 1);
  });
});

describe('an undefined measure', () => {
  const weight = new Uint8Array(40).fill(1);
  const half = Uint8Array.from(weight, (_, child) => child % 2);
  const spreadOut = Float64Array.from(weight, (_, child) => 0.1 + child / 50);
  const [nobody, everybody] = [new Uint8Array(40), new Uint8Array(40).fill(1)];

  it.each([
    ['gives everybody the same probability', new Float64Array(40).fill(0.07), half],
    [
      'gives everybody the same probability up to rounding',
      Float64Array.from(half, (odd) => 0.1 + odd * 2 ** -54),
      half,
    ],
    ['gives everybody probability 1', new Float64Array(40).fill(1), half],
    ['is evaluated on children without clients', spreadOut, nobody],
    ['is evaluated on clients only', spreadOut, everybody],
    ['separates clients from others', spreadOut, Uint8Array.from(weight, (_, child) => Number(child > 20))],
    [
      'separates all but one tie',
      spreadOut.map((p, i) => (i === 21 ? spreadOut[20]! : p)),
      half.map((_, i) => Number(i > 20)),
    ],
  ])('C08: has no calibration slope if a model %s', (_, probability, event) => {
    expect(metrics.calibrationSlope({ probability, event, weight })).toBeNull();
  });

  it('C08: AUC, average precision and rates are null if one class is missing', () => {
    const order = orderOf(spreadOut);
    const [none, all] = [nobody, everybody].map((event) => ({ probability: spreadOut, event, weight }));
    expect([metrics.auc(none!, order), metrics.auc(all!, order)]).toEqual([null, null]);
    expect([metrics.prAuc(none!, order), metrics.prAuc(all!, order)]).toEqual([null, 1]);
    expect(metrics.atThreshold(none!, 0.5)).toMatchObject({ truePositiveRate: null, precision: 0 });
    expect(metrics.atThreshold(all!, 0.5)).toMatchObject({ falsePositiveRate: null, precision: 1 });
    expect(metrics.atThreshold(none!, 0.99).precision).toBeNull();
  });

  it('C08: a defined slope maximises the likelihood', () => {
    fc.assert(
      fc.property(predictionsArbitrary, (predictions) => {
        const { probability, event, weight: times } = predictions;
        const slope = metrics.calibrationSlope(predictions);
        if (slope === null) return;
        const logOdds = probability.map((p) => Math.log(p / (1 - p)));
        // The most likely intercept for a slope, by bisection: the likelihood's gradient falls with the
        // intercept.
        const likelihood = (tried: number) => {
          let [low, high] = [-100, 100];
          for (let i = 0; i < 100; i++) {
            const middle = (low + high) / 2;
            let gradient = 0;
            logOdds.forEach((x, i) => {
              gradient += times[i]! * (event[i]! - 1 / (1 + Math.exp(-(middle + tried * x))));
            });
            if (gradient > 0) low = middle;
            else high = middle;
          }
          return logOdds.reduce((sum, x, i) => {
            const odds = low + tried * x;
            return sum - times[i]! * Math.log1p(Math.exp(event[i] === 1 ? -odds : odds));
          }, 0);
        };
        for (const other of [slope - 0.01, slope + 0.01])
          expect(likelihood(slope)).toBeGreaterThanOrEqual(likelihood(other) - 1e-9);
      }),
    );
  });

  it('C08: is shown as "not defined"', () => {
    expect([figure(null, 3), figure(0.12345, 3), percent(null), percent(0.5)]).toEqual([
      'not defined',
      '0.123',
      'not defined',
      '50.0 %',
    ]);
  });
});

describe('an evaluation', () => {
  const { table, truth } = makeTable(12_000);
  let model: RiskModel;
  let evaluation: RiskEvaluation;
  beforeAll(async () => {
    ({ model } = await trainRiskModel(table, { seed: 3, trainedAt: '2017-03-01T12:00:00.000Z' }));
    evaluation = evaluateRiskModel(model, table, { truth, planted: PLANTED, draws: 20 });
  });

  it('compares the model with the true hazards: close to them, and hardly ever better', () => {
    for (const { trainedOn, horizons } of evaluation.blocks) {
      expect(horizons.map(({ years }) => years)).toEqual([1, 2, 3, 4, 5]);
      for (const { oracle, model: own } of horizons) {
        expect(oracle!.divergence).toBeGreaterThan(0);
        expect(oracle!.aucBelow.value).toBeGreaterThan(-0.02);
        if (trainedOn) expect(oracle!.divergence).toBeLessThan(0.02);
        expect(own.auc.from).toBeLessThan(own.auc.value!);
        expect(own.auc.until).toBeGreaterThan(own.auc.value!);
      }
    }
  });

  it('reports the known interactions found, and the share that interactions explain', () => {
    expect(evaluation.planted![0]!.terms).not.toEqual([]);
    const { age, alone, together } = evaluation.shares;
    expect(age + alone + together).toBeCloseTo(1, 9);
    expect(together).toBeGreaterThan(0.2);
  });

  it('covers groups, counts observed children only, and is plain JSON', () => {
    expect(evaluation.groups.map(({ label }) => label)).toEqual(['female', 'male']);
    const horizons = evaluation.blocks[0]!.horizons;
    expect(horizons[4]!.children).toBeLessThan(horizons[0]!.children);
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  it('refuses a table without the factors of the model', () => {
    const factors = table.factors.map((factor) => ({ ...factor, id: `x.${factor.id}` }));
    expect(() => evaluateRiskModel(model, { ...table, factors })).toThrow('lacks');
  });

  it('refuses a table of other dates, because its test families would differ', () => {
    const blocks = table.blocks.map((day) => day + 365);
    expect(() => evaluateRiskModel(model, { ...table, blocks })).toThrow('test families would be others');
  });

  it('becomes a card with the out-of-scope uses, every term and every picture', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polku-card-'));
    try {
      const files = await writeModelCard(model, evaluation, table.factors, folder);
      const [html, markdown] = await Promise.all(
        ['card.html', 'card.md'].map((name) => readFile(join(folder, name), 'utf8')),
      );
      for (const { factors } of model.terms)
        expect(html).toContain(factors.map((id) => `${id} in English`).join(' + '));
      expect(markdown).toMatch(
        /health\.child\.visits in English \+ population\.parents\.number in English \| [\d.]+ or more \+ below [\d.]+ \| \+0\.00/,
      );
      expect(html).toContain('Article 22');
      expect(html!.match(/<svg/g)).toHaveLength(files.length - 2);
      expect(html).not.toMatch(/NaN|undefined/);
      for (const file of files.slice(2)) expect(markdown).toContain(file.slice(folder.length + 1));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
