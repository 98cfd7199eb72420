/**
 * @property policies/prohibitions-win A prohibition beats every grant. The compiled table answers like a
 * plain reading of the language, and like Cedar.
 * @enforcedBy policies/engine/decide
 */
import { describe, expect, it } from '@jest/globals';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { buildPolicyGraph } from '../../policies/engine/parse/buildPolicyGraph.js';
import { Dice } from './policyProof/dice.js';
import { subgraphsOf } from './policyProof/printCity.js';
import { provePolicies } from './policyProof/provePolicies.js';
import { randomCity } from './policyProof/randomCity.js';
import { type CityRules, filesOf, randomRequester, randomRules, TODAY } from './policyProof/randomRules.js';

const noon = new Date(`${TODAY}T12:00:00Z`);

describe('a compiled decision', () => {
  it('equals a direct interpretation of the rules, and Cedar, for random supergraphs, policies, requesters and operations', () => {
    const proof = provePolicies(2_000, 20_260_615);
    expect(proof.differences).toEqual([]);
    expect(proof.cases).toBe(2_000);
    // If nearly everything were denied, equality would prove little.
    expect(proof.shown / proof.compared).toBeGreaterThan(0.1);
    expect(proof.operationsShown).toBeGreaterThan(150);
    expect(proof.askedOfCedar).toBeGreaterThan(2_000);
  });

  it('shows and releases no more after prohibitions are added', () => {
    let fewer = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const dice = new Dice(seed);
      const city = randomCity(dice);
      const rules = randomRules(dice, city);
      const graph = buildPolicyGraph(subgraphsOf(city));
      const compiled = (given: CityRules) => compilePolicy(filesOf(city, given), graph, noon).policy!;
      const [before, after] = [compiled(withoutProhibitions(rules)), compiled(rules)];
      for (let turn = 0; turn < 5; turn++) {
        const requester = randomRequester(dice, rules.permits);
        const [open, closed] = [before.decide(requester, noon), after.decide(requester, noon)];
        for (const coordinate of city.fields.keys()) {
          if (open.show(coordinate).length === 0) expect(closed.show(coordinate)).toEqual([]);
          else if (closed.show(coordinate).length === 0) fewer++;
          for (const type of city.derived)
            if (open.derive(type, coordinate).length === 0)
              expect(closed.derive(type, coordinate)).toEqual([]);
        }
      }
    }
    expect(fewer).toBeGreaterThan(50);
  });
});

function withoutProhibitions(rules: CityRules): CityRules {
  const registries = Object.entries(rules.registries).map(([name, own]) => [
    name,
    { ...own, prohibitions: [] },
  ]);
  return { ...rules, registries: Object.fromEntries(registries) as CityRules['registries'] };
}
