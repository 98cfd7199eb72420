/**
 * @property gateway/concealed-criteria Where hidden things are concealed, a criterion that is not released
 * looks like one that does not exist.
 * @enforcedBy gateway/operation/visibleSchema.ts, gateway/operation/policyCheck.ts,
 * gateway/operation/validateOperation.ts
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type GraphQLSchema, parse, printSchema } from 'graphql';
import { committedApi } from '../../cli/runtime/loadOperations.js';
import { committedGraph, committedSdl } from '../../cli/runtime/openPolicy.js';
import { normaliseOperation } from '../../federation/execution/normaliseOperation.js';
import { coerceVariables } from '../../federation/execution/variables.js';
import { DerivableInputs } from '../../gateway/operation/policyCheck.js';
import { validateOperation } from '../../gateway/operation/validateOperation.js';
import { visibleSchema } from '../../gateway/operation/visibleSchema.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { loadPolicyFolder } from '../../policies/engine/parse/loadPolicyFolder.js';
import type { PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import { cityTypes } from '../../gateway/registries/cityTypes.js';

/** Criteria that owners withdraw from groups, as texts of their policies. */
const WITHOUT_DIAGNOSES: Changes = { 'health.yaml': [',diagnosis,urgency}', ',urgency}'] };
const WITHOUT_HEALTH: Changes = { 'health.yaml': [/\n {6}Cohort: .*/, ''] };
const WITHOUT_SEX: Changes = {
  'population.yaml': [/(Cohort: \['Person\.\{birthYear),sex/, '$1'],
};

type Changes = Readonly<Record<string, readonly [string | RegExp, string]>>;

let api: GraphQLSchema;
let graph: PolicyGraph;
let derivable: DerivableInputs;
beforeAll(async () => {
  [api, graph] = [await committedApi(), await committedGraph()];
  derivable = new DerivableInputs(await committedSdl());
});

/** What a planner sees in a concealing gateway. */
async function visible(changes: Changes = {}): Promise<GraphQLSchema> {
  const sources = (await loadPolicyFolder(join(packageRoot(), 'policies'))).map(({ file, text }) => {
    const [, change] = Object.entries(changes).find(([name]) => file.endsWith(name)) ?? [];
    if (!change) return { file, text };
    const changed = text.replace(...change);
    expect(changed).not.toBe(text);
    return { file, text: changed };
  });
  const { policy } = compilePolicy(sources, graph);
  const decision = policy!.decide({ roles: ['planner'], purpose: 'planning' }, new Date());
  return visibleSchema(api, decision, derivable);
}

const errorsOf = async (schema: GraphQLSchema, where: string) => {
  const query = `{ cohort(where: ${where}) { count { value } } }`;
  const { errors } = await validateOperation(parse(query), { visible: schema, api, conceal: true });
  return errors.map(({ message }) => message);
};

describe('a filter that an owner does not release, in a concealing gateway', () => {
  it('G12: exists for callers when its owner releases it', async () => {
    const text = printSchema(await visible());
    for (const name of ['healthContacts: HealthContactsCriterion', 'diagnoses: [String!]', '  SEX\n'])
      expect(text).toContain(name);
  });

  it.each<[string, Changes, RegExp]>([
    ['an argument of a criterion', WITHOUT_DIAGNOSES, /diagnoses|ICD-10/],
    ['a criterion, as a filter and as an event', WITHOUT_HEALTH, /healthContacts|HealthContactsCriterion/],
    ['a value of an enumeration', WITHOUT_SEX, /^ {2}SEX$|SexCriterion/m],
  ])('G12: is not listed: %s', async (_, changes, hidden) => {
    expect(printSchema(await visible())).toMatch(hidden);
    expect(printSchema(await visible(changes))).not.toMatch(hidden);
  });

  it.each<[string, Changes, string, string]>([
    [
      'a criterion',
      WITHOUT_HEALTH,
      '{ healthContacts: { services: ["T11"] } }',
      '{ wealthContacts: { services: ["T11"] } }',
    ],
    [
      'an argument',
      WITHOUT_DIAGNOSES,
      '{ healthContacts: { diagnoses: ["F32"] } }',
      '{ healthContacts: { prognoses: ["F32"] } }',
    ],
    [
      'a criterion inside of others',
      WITHOUT_HEALTH,
      '{ not: { family: { member: ANYONE, atEndOf: 2010, where: { healthContacts: {} } } } }',
      '{ not: { family: { member: ANYONE, atEndOf: 2010, where: { wealthContacts: {} } } } }',
    ],
  ])('G12: is refused like one that does not exist: %s', async (_, changes, hidden, missing) => {
    const schema = await visible(changes);
    const neutral = (messages: readonly string[]) =>
      messages.map((message) =>
        message.replaceAll(/wealthContacts|healthContacts|prognoses|diagnoses/g, 'NAME'),
      );
    const errors = await errorsOf(schema, hidden);
    expect(errors.length).toBeGreaterThan(0);
    expect(neutral(errors)).toEqual(neutral(await errorsOf(schema, missing)));
    expect(errors.join()).not.toMatch(/owner|Health services|release/i);
  });

  it('G12: is suggested only when its owner releases it', async () => {
    for (const typo of ['healthContact', 'healthContacs', 'ealthContacts']) {
      const [message] = await errorsOf(await visible(WITHOUT_HEALTH), `{ ${typo}: {} }`);
      expect(message).not.toContain('healthContacts');
      expect((await errorsOf(await visible(), `{ ${typo}: {} }`))[0]).toContain('healthContacts');
    }
  });

  it('G12: is refused in a variable like one that does not exist', async () => {
    const schema = await visible(WITHOUT_HEALTH);
    const query = parse('query ($w: CohortFilter!) { cohort(where: $w) { count { value } } }');
    const { variables } = normaliseOperation(query, { apiSchema: api, types: cityTypes });
    const refusal = (where: object) => {
      try {
        return JSON.stringify(coerceVariables(variables, { w: where }, schema));
      } catch (error) {
        return (error as Error).message;
      }
    };
    const hidden = refusal({ healthContacts: { services: ['T11'] } });
    expect(hidden).toBe(refusal({ wealthContacts: { services: ['T11'] } }));
    expect(hidden).toBe('$w does not fit its type CohortFilter!.');
    expect(refusal({ all: [{ not: { healthContacts: {} } }] })).toBe(
      refusal({ all: [{ not: { wealthContacts: {} } }] }),
    );
    expect(refusal({ birthYear: { from: 2000 } })).toContain('birthYear');
  });

  it('G12: covers every criterion, under names that exist', async () => {
    const sdl = await readFile(join(packageRoot(), 'schema', 'subgraphs', 'cohorts.graphql'), 'utf8');
    const taken = [...sdl.matchAll(/@takes\(type: "Cohort", fields: \[([^\]]*)\]\)/g)].flatMap(
      ([, list = '']) => JSON.parse(`[${list}]`) as string[],
    );
    expect(taken.filter((coordinate) => !graph.fields.has(coordinate))).toEqual([]);
    const criteria = sdl.match(/^ {2}\w+: \w+Criterion.*$/gm)!;
    expect(criteria.length).toBeGreaterThan(10);
    expect(criteria.filter((line) => !line.includes('@takes('))).toEqual([]);
  });
});
