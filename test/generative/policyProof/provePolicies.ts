import { buildSchema, parse } from 'graphql';
import { refusalsOf, selectedFields } from '../../../gateway/operation/policyCheck.js';
import { compilePolicy } from '../../../policies/engine/compile/compilePolicy.js';
import type { Policy } from '../../../policies/engine/decide/policy.js';
import type { PolicyDecision } from '../../../policies/engine/decide/policyDecision.js';
import type { Permission } from '../../../policies/engine/decision.js';
import { buildPolicyGraph } from '../../../policies/engine/parse/buildPolicyGraph.js';
import { CedarOwners, translateToCedar } from './cedarOwners.js';
import { Dice } from './dice.js';
import { deniesAll, everyCondition, Interpreter } from './interpreter.js';
import { apiSdlOf, subgraphsOf } from './printCity.js';
import { type City, randomCity } from './randomCity.js';
import { randomOperation } from './randomOperation.js';
import {
  type CityRules,
  filesOf,
  randomRequester,
  type RandomRequester,
  randomRules,
  sourcesOf,
  TODAY,
} from './randomRules.js';

/** Requesters, each with an operation, for one random city and its policies. */
const CASES_A_CITY = 20;
const noon = new Date(`${TODAY}T12:00:00Z`);

export interface Proof {
  readonly cases: number;
  readonly cities: number;
  /** Coordinates compared with the slow interpreter, on both axes. */
  readonly compared: number;
  /** How many of those were shown: if nearly everything were denied, equality would prove little. */
  readonly shown: number;
  /** Coordinates that Cedar decided, too. */
  readonly askedOfCedar: number;
  readonly operationsShown: number;
  /** Each in a sentence, with the seed that reproduces it. */
  readonly differences: readonly string[];
}

type Counts = { -readonly [Count in Exclude<keyof Proof, 'differences'>]: Proof[Count] };

/**
 * Compares compiled decisions with a slow interpreter of the language, and both with Cedar, over random
 * supergraphs, policies, requesters and operations.
 * @param onCity called after each city
 */
export function provePolicies(
  cases: number,
  seed: number,
  onCity: (casesDone: number) => void = () => {},
): Proof {
  const counts: Counts = { cases: 0, cities: 0, compared: 0, shown: 0, askedOfCedar: 0, operationsShown: 0 };
  const differences: string[] = [];
  for (; counts.cases < cases; counts.cities++) {
    const citySeed = seed + counts.cities;
    const dice = new Dice(citySeed);
    const city = randomCity(dice);
    const rules = randomRules(dice, city);
    const report = (what: string) => differences.push(`Seed ${citySeed}: ${what}`);
    const { policy, problems } = compilePolicy(
      filesOf(city, rules),
      buildPolicyGraph(subgraphsOf(city)),
      noon,
    );
    if (!policy) throw new Error(`Seed ${citySeed}: ${problems.map(({ message }) => message).join(' ')}`);
    translateToCedar(city, rules);
    const world = { city, rules, policy, api: buildSchema(apiSdlOf(city)), sources: sourcesOf(city) };
    for (let turn = 0; turn < CASES_A_CITY && counts.cases < cases; turn++, counts.cases++)
      proveCase(dice, world, counts, report);
    onCity(counts.cases);
    if (differences.length > 20) break;
  }
  return { ...counts, differences };
}

interface World {
  readonly city: City;
  readonly rules: CityRules;
  readonly policy: Policy;
  readonly api: ReturnType<typeof buildSchema>;
  readonly sources: ReadonlyMap<string, ReadonlySet<string>>;
}

function proveCase(dice: Dice, world: World, counts: Counts, report: (what: string) => void): void {
  const { city, rules, policy, sources } = world;
  const requester = randomRequester(dice, rules.permits);
  const decision = policy.decide(requester, noon);
  const slow = Interpreter.of(city, rules, requester);
  const cedar = Interpreter.of(city, rules, requester, (given) => new CedarOwners(rules, given));
  const compare = (what: string, compiled: unknown, expected: unknown) => {
    counts.compared++;
    if (compiled !== undefined && compiled !== false) counts.shown++;
    if (compiled !== expected)
      report(
        `${what}: compiled ${String(compiled)}, expected ${String(expected)}, for ${JSON.stringify(requester)}`,
      );
  };
  const denied = deniesAll(rules, requester);
  for (const { coordinate, kind, args, type } of city.fields.values()) {
    const compiled = effect(decision.show(coordinate), requester.holding);
    compare(coordinate, compiled, slow.see(coordinate));
    for (const { name } of args) {
      const argument = `${coordinate}(${name}:)`;
      compare(argument, effect(decision.show(argument), requester.holding), slow.see(argument));
    }
    if (kind === 'feed')
      compare(`feed ${coordinate}`, decision.isAvailable(coordinate), slow.flows(coordinate));
    // Cedar takes a thousand times as long, so it decides only some.
    if (!denied && kind === 'governed' && dice.once(type === 'Query' ? 12 : 6)) {
      counts.askedOfCedar++;
      compare(`Cedar on ${coordinate}`, compiled, cedar.see(coordinate));
    }
    if (decision.show(coordinate).length === 0 && kind === 'governed') {
      const reasons = Object.values(decision.explain(coordinate).reason).join(' ');
      if (/no .* in the graph|undefined/.test(reasons))
        report(`${coordinate} is refused without a reason: ${reasons}`);
    }
  }
  for (const [type, inputs] of sources) {
    for (const input of inputs) {
      const compiled = effect(decision.derive(type, input), requester.holding);
      compare(`${type} of ${input}`, compiled, slow.take(type, input));
      if (denied || !dice.once(8)) continue;
      counts.askedOfCedar++;
      compare(`Cedar on ${type} of ${input}`, compiled, cedar.take(type, input));
    }
  }
  proveOperation(dice, world, requester, decision, counts, report);
}

/** Compares the gateway's analysis of an operation with a walk over the selected fields. */
function proveOperation(
  dice: Dice,
  { city, rules, api }: World,
  requester: RandomRequester,
  decision: PolicyDecision,
  counts: Counts,
  report: (what: string) => void,
): void {
  const anybody = Interpreter.of(city, rules, { ...requester, holding: everyCondition });
  const daring = dice.once(2);
  const { text, selections } = randomOperation(
    dice,
    city,
    (coordinate) => daring || anybody.see(coordinate) !== undefined,
  );
  const compiled = selectedFields(api, parse(text)).every(
    (selected) => refusalsOf(selected, decision).length === 0,
  );
  const expected = selections.every(({ on, name, argument }) => {
    if (name === '__typename') return true;
    return (on === 'Contact' ? city.contacts : [on]).every(
      (type) =>
        anybody.see(`${type}.${name}`) !== undefined &&
        (argument === undefined || anybody.see(`${type}.${name}(${argument}:)`) !== undefined),
    );
  });
  if (compiled) counts.operationsShown++;
  if (compiled !== expected)
    report(`operation ${text}: compiled ${compiled}, for ${JSON.stringify(requester)}`);
}

/** How a field is seen for a person with these conditions, as a registry reads permissions. */
function effect(permissions: readonly Permission[], holding: readonly string[]): string | undefined {
  const first = permissions.find(({ conditions }) => conditions.every((name) => holding.includes(name)));
  return first && (first.mask ?? 'allow');
}
