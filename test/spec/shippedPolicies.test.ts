/**
 * @property policies/tested-rules Every grant and prohibition has a test of its owner.
 * @enforcedBy policies/*.test.yaml
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { operationReader } from '../../gateway/operation/readOperation.js';
import { committedApi, loadOperations } from '../../cli/runtime/loadOperations.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { operationStates } from '../../policies/engine/compare/operationImpact.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { buildPolicyGraph } from '../../policies/engine/parse/buildPolicyGraph.js';
import { loadPolicyFolder, loadPolicyTests } from '../../policies/engine/parse/loadPolicyFolder.js';
import { formatProblems } from '../../policies/engine/parse/problems.js';
import { runPolicyTests } from '../../policies/engine/test/runPolicyTests.js';

const subgraphs = join(packageRoot(), 'schema', 'subgraphs');
const now = new Date('2026-06-15T12:00:00Z');

function committedGraph() {
  const sdl = readdirSync(subgraphs).map((file) => ({
    name: file.replace('.graphql', ''),
    sdl: readFileSync(join(subgraphs, file), 'utf8'),
  }));
  return buildPolicyGraph(sdl);
}

describe('the shipped policies', () => {
  const graph = committedGraph();
  let policy: Policy;

  beforeAll(async () => {
    const compiled = compilePolicy(await loadPolicyFolder(join(packageRoot(), 'policies')), graph, now);
    expect(formatProblems(compiled.problems)).toBe('The policies have no errors.\n');
    policy = compiled.policy!;
  });

  const permissions = (role: string, purpose: string, coordinate: string, permit = {}) =>
    policy.decide({ roles: [role], purpose, ...permit }, now).show(coordinate);

  it('name in their lineage only fields that exist', () => {
    const inputs = [...graph.fields.values()].flatMap(({ lineage, arguments: given }) => [
      ...Object.values(lineage ?? {}).flat(),
      ...given.flatMap(({ tests }) => tests ?? []),
    ]);
    expect(inputs.filter((input) => !graph.fields.has(input))).toEqual([]);
  });

  it('have all purposes of the law, and purposes that are always refused', () => {
    const forbidden = [...policy.purposes.values()]
      .filter((purpose) => purpose.forbidden)
      .map(({ id }) => id);
    expect(forbidden).toEqual(['marketing', 'insurance-credit', 'employment', 'individual-decision']);
    const secondary = [...policy.purposes.values()].filter(({ use }) => use === 'secondary');
    expect(secondary).toHaveLength(7);
  });

  it('show a family team the family path of all three sectors, under a care relationship and without objection', () => {
    const decision = policy.decide({ roles: ['family-team-worker'], purpose: 'child-protection' }, now);
    for (const coordinate of [
      'Query.family',
      'Family.servicePath',
      'FamilyServicePath.steps',
      'ServiceStep.person',
      'ServiceStep.startedAt',
    ]) {
      expect(decision.show(coordinate)).toHaveLength(1);
    }
    for (const sector of ['HealthContact', 'SocialContact', 'EducationContact']) {
      expect(decision.derive('FamilyServicePath', `${sector}.startedAt`)).toMatchObject([
        { mask: undefined, conditions: ['care-relationship', 'not-objected'] },
      ]);
    }
    expect(decision.show('HealthContact.diagnosis')).toMatchObject([{ mask: 'icd10-chapter' }]);
  });

  it('withhold health from the path that a social worker sees', () => {
    const decision = policy.decide({ roles: ['social-worker'], purpose: 'social-service' }, now);
    expect(decision.show('ServicePath.withheld')).toHaveLength(1);
    expect(decision.derive('ServicePath', 'SocialContact.service')).toHaveLength(1);
    expect(decision.derive('ServicePath', 'HealthContact.service')).toEqual([]);
  });

  it('refuse a planner the family path, with a reason', () => {
    const decision = policy.decide({ roles: ['planner'], purpose: 'planning' }, now);
    expect(decision.explain('Query.family')).toMatchObject({
      registry: 'population',
      owner: { en: 'Population register', fi: 'Väestörekisteri' },
      reason: {
        en: expect.stringContaining('planning works with groups, never with one person or one family'),
        fi: expect.stringMatching(/^Väestörekisteri kieltää .* ”Suunnittelu- ja selvitystehtävä” /),
        sv: expect.stringMatching(/^Befolkningsregistret förbjuder .* ”Planerings- och utredningsuppgift” /),
      },
    });
    expect(decision.show('Query.registries')).toHaveLength(1);
    expect(decision.show('Query.access')).toHaveLength(1);
  });

  it.each(['planning', 'knowledge-management'])('show a planner no field about people for %s', (purpose) => {
    const decision = policy.decide({ roles: ['planner'], purpose }, now);
    const personal = [...graph.fields.values()].filter(
      (field) => field.personal && field.kind === 'governed',
    );
    const shown = personal.filter(({ coordinate }) => decision.show(coordinate).length > 0);
    expect(shown.map(({ coordinate }) => coordinate)).toEqual([]);
  });

  it('show a researcher years and age bands, no unit and no identity code', () => {
    const permit = { recipient: 'university', permit: 'demo-permit-1' };
    const seen = (coordinate: string) => permissions('researcher', 'research', coordinate, permit);
    expect(permissions('researcher', 'research', 'HealthContact.startedAt')).toEqual([]);
    expect(seen('HealthContact.startedAt')).toMatchObject([{ mask: 'year' }]);
    expect(seen('ServiceStep.startedAt')).toMatchObject([{ mask: 'year' }]);
    expect(seen('Person.birthYear')).toMatchObject([{ mask: 'age-band' }]);
    expect(seen('HealthContact.diagnosis')).toMatchObject([{ mask: 'icd10-chapter' }]);
    for (const coordinate of [
      'HealthContact.unit',
      'ServiceStep.unit',
      'Person.district',
      'Query.personByIdentityCode',
    ])
      expect(seen(coordinate)).toEqual([]);
  });

  it.each([
    ['clinician', 'care', 'HealthContact.diagnosis', true],
    ['clinician', 'care', 'SocialContact.service', false],
    ['educator', 'early-education', 'EducationContact.hours', true],
    ['educator', 'early-education', 'HealthContact.service', false],
    ['benefit-officer', 'benefit', 'IncomeSupportMonth.amount', true],
    ['benefit-officer', 'benefit', 'HealthContact.service', false],
    ['social-worker', 'protection-assessment', 'ChildProtectionStep.step', true],
    ['log-controller', 'oversight', 'Person.birthYear', false],
    ['log-controller', 'oversight', 'Query.access', true],
  ])('for %s and %s: %s is %s', (role, purpose, coordinate, shown) => {
    expect(permissions(role, purpose, coordinate).length > 0).toBe(shown);
  });

  it('require a care relationship for every person that a department shows to its own staff, except in an emergency', () => {
    const own = [...policy.model.registries.values()].filter(({ name }) =>
      ['health', 'social', 'education'].includes(name),
    );
    const primary = own
      .flatMap(({ grants }) => grants)
      .filter(({ show, id }) => show.size > 0 && !id.endsWith('/research'));
    expect(primary.length).toBeGreaterThan(5);
    const ties = ['care-relationship', 'own-data', 'break-glass'];
    const loose = primary.filter(({ when }) => !when.some((condition) => ties.includes(condition)));
    expect(loose.map(({ id }) => id)).toEqual([]);
  });

  it('pass their own tests, which cover every grant and prohibition', async () => {
    const files = await loadPolicyTests(join(packageRoot(), 'policies'));
    const { problems, report } = runPolicyTests(policy, files, operationReader(await committedApi()), now);
    expect(formatProblems(problems)).toBe('The policies have no errors.\n');
    expect(report.results.filter(({ failures }) => failures.length > 0)).toEqual([]);
    expect(report.coverage.filter(({ covered }) => !covered).map(({ id }) => id)).toEqual([]);
    expect(new Set(report.results.map(({ registry }) => registry))).toEqual(graph.subgraphs);
  });

  it('answer every stored operation of the apps', async () => {
    const operations = await loadOperations(join(packageRoot(), 'policies', 'operations'));
    const states = operationStates(policy, operations, operationReader(await committedApi()), now);
    expect(states.length).toBeGreaterThan(3);
    expect(states.flatMap(({ faults, denials }) => [...faults, ...denials])).toEqual([]);
  });
});
