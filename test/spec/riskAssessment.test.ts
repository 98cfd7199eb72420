/**
 * @property risk/withheld-registry If a registry is withheld there is no number, and the registry is named.
 * @enforcedBy subgraphs/risk/assess.ts
 * @property risk/hidden-factors
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseRiskModel } from '../../risk-model/model/riskModel.js';
import type { RiskModelInForce } from '../../risk-model/model/riskStore.js';
import { Feed } from '../../schema/feed.js';
import { emptyFeed, factorFeeds } from '../risk/factorFeeds.js';
import { riskSubgraph } from '../risk/riskSubgraph.js';
import { smallModel, smallTerms } from '../risk/smallModel.js';

const model = parseRiskModel(smallModel());
const serving: RiskModelInForce = { state: 'serving', model, approvedAt: '2026-01-02T03:04:05.000Z' };
const NUMBERS = [
  'probability',
  'interval',
  'percentile',
  'score',
  'base',
  'missing',
  'contributions',
  'calibration',
];
const noNumbers = Object.fromEntries(NUMBERS.map((name) => [name, null]));

const ofRegistry = (registry: string) =>
  smallTerms.flatMap(([factors]) => factors).filter((factor) => factor.startsWith(`${registry}.`));
const health = ofRegistry('health');

describe('an assessment', () => {
  let ask: Awaited<ReturnType<typeof riskSubgraph>>;

  beforeAll(async () => {
    ask = await riskSubgraph();
  });

  it('states the probability, its contributions, the model, and that a person decides', async () => {
    const values = { 'health.parents.T60.36m': 2, 'social.parents.support.36m': 5 };
    const { risk } = await ask({ feeds: factorFeeds({ values }), inForce: serving });
    expect(risk).toMatchObject({
      status: 'ASSESSED',
      withheld: [],
      missing: 0,
      base: -3,
      baseRate: 0.076,
      model: {
        version: model.version,
        trainedAt: '2017-03-01T12:00:00.000Z',
        approvedAt: '2026-01-02T03:04:05.000Z',
      },
    });
    expect(risk.contributions![0]).toEqual({
      registries: ['health', 'social'],
      factors: [
        { id: 'health.parents.T60.36m', label: expect.any(String) },
        { id: 'social.parents.support.36m', label: expect.any(String) },
      ],
      logOdds: 0.800013,
    });
    const own = Float64Array.from(model.factors, (factor) => (values as Record<string, number>)[factor] ?? 0);
    const score = model.assess(own, [1, 1, 1, 1, 0.5]);
    expect(risk.probability).toBe(score.probability(5));
    expect(risk.interval!.from).toBeLessThan(score.probability(5));
    expect(risk['limits']).toHaveLength(5);
    expect(risk['humanOversight']).toContain('ammattilaiselle');
  });

  it('has no number when a registry is withheld, and names that registry', async () => {
    const feeds = { ...factorFeeds(), health: Feed.withheld };
    const { risk } = await ask({ feeds, inForce: serving });
    expect(risk).toMatchObject({ status: 'WITHHELD', withheld: ['health'], ...noNumbers });
  });

  it('fails when a registry failed', async () => {
    await expect(ask({ feeds: { ...factorFeeds(), social: Feed.failed }, inForce: serving })).rejects.toThrow(
      'The registry social did not answer',
    );
    const other = { ...factorFeeds(), social: Feed.data({ child: Uint32Array.of(7) }) };
    await expect(ask({ feeds: other, inForce: serving })).rejects.toThrow('did not answer as expected');
  });

  it.each([
    ['whose data may not be taken', { ...factorFeeds(), health: emptyFeed }],
    ['who is a client already', factorFeeds({ isClient: true })],
  ])('is absent for a child %s', async (_, feeds) => {
    const { risk } = await ask({ feeds, inForce: serving });
    expect(risk).toMatchObject({ status: 'NOT_APPLICABLE', withheld: [], ...noNumbers });
  });

  it('is absent without a model, or with a model that is switched off, also for a child without data', async () => {
    for (const feeds of [factorFeeds(), { ...factorFeeds(), health: emptyFeed }]) {
      const none = await ask({ feeds, inForce: { state: 'no-model' } });
      expect(none.risk).toMatchObject({ status: 'NO_MODEL', model: null, baseRate: null, ...noNumbers });
      const off = await ask({ feeds, inForce: { state: 'switched-off', reason: 'it drifts' } });
      expect(off.risk).toMatchObject({
        status: 'SWITCHED_OFF',
        switchedOffBecause: 'it drifts',
        ...noNumbers,
      });
    }
  });

  it.each([
    ['planner', 'planning'],
    ['researcher', 'research'],
    ['clinician', 'care'],
    ['social-worker', 'social-service'],
  ])('shows a %s nothing for %s, whatever the gateway lets through', async (role, purpose) => {
    const { risk } = await ask({ feeds: factorFeeds(), inForce: serving, role, purpose });
    expect(new Set(Object.values(risk))).toEqual(new Set([null]));
  });

  it('shows hidden factors only as totals of their registries', async () => {
    const values = {
      'health.parents.T60.36m': 2,
      'health.child.any.12m': 1,
      'social.parents.support.36m': 5,
    };
    const { risk, text } = await ask({ feeds: factorFeeds({ values, hidden: health }), inForce: serving });
    expect(text).not.toMatch(/"health\./);
    // The pair of both registries would be a total of one term, so it is added to the others.
    expect(risk.contributions!.filter(({ factors }) => factors.length === 0)).toEqual([
      { registries: ['health', 'social'], factors: [], logOdds: 1.6 },
    ]);
    expect(
      risk.contributions!.find(({ factors }) => factors[0]?.id === 'social.parents.support.36m'),
    ).toMatchObject({
      logOdds: 0.400006,
    });
    expect(risk.probability! * 100).toBeCloseTo(Math.round(risk.probability! * 100), 9);
  });

  it('is equal for two children whose hidden factors have the same total', async () => {
    const twin = smallTerms.map(([factors, values]): (typeof smallTerms)[number] =>
      factors.join() === 'health.parents.T70.36m' ? [factors, [0, 0, 700_001]] : [factors, values],
    );
    const inForce: RiskModelInForce = { ...serving, model: parseRiskModel(smallModel(twin)) };
    const answers = await Promise.all(
      ['health.parents.T60.36m', 'health.parents.T70.36m'].map((factor) =>
        ask({ feeds: factorFeeds({ values: { [factor]: 3 }, hidden: health }), inForce }),
      ),
    );
    expect(answers[1]!.text).toBe(answers[0]!.text);
    const shown = await Promise.all(
      ['health.parents.T60.36m', 'health.parents.T70.36m'].map((factor) =>
        ask({ feeds: factorFeeds({ values: { [factor]: 3 } }), inForce }),
      ),
    );
    expect(shown[1]!.text).not.toBe(shown[0]!.text);
  });

  it('counts unknown values among the shown factors only', async () => {
    const values = { 'health.child.any.12m': Number.NaN, 'social.child.notifications.36m': Number.NaN };
    expect((await ask({ feeds: factorFeeds({ values }), inForce: serving })).risk.missing).toBe(2);
    const hidden = await ask({ feeds: factorFeeds({ values, hidden: health }), inForce: serving });
    expect(hidden.risk.missing).toBe(1);
  });

  it('has a higher probability for a longer horizon', async () => {
    const probabilities: number[] = [];
    for (const horizonYears of [1, 2, 3, 4, 5])
      probabilities.push(
        (await ask({ feeds: factorFeeds(), inForce: serving, horizonYears })).risk.probability!,
      );
    expect(probabilities).toEqual(probabilities.toSorted((a, b) => a - b));
    expect(new Set(probabilities).size).toBe(5);
  });
});
