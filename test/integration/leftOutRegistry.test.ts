import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestCity } from '../city/makeCity.js';
import type { ServedCity } from '../city/serveCity.js';

import { joinRegistries } from '../../registry-kit/joinedRegistries.js';

// Registries are read when their module is loaded, so the modules are loaded after this.
joinRegistries({ leftOut: ['education'] });
const { policiesFolder } = await import('../../cli/options.js');
const { loadPolicy } = await import('../../cli/runtime/openPolicy.js');
const { committedApi } = await import('../../cli/runtime/loadOperations.js');
const { operationReader } = await import('../../gateway/operation/readOperation.js');
const { loadPolicyTests } = await import('../../policies/engine/parse/loadPolicyFolder.js');
const { runPolicyTests } = await import('../../policies/engine/test/runPolicyTests.js');
const { makeCity } = await import('../city/makeCity.js');
const { runPolku } = await import('../city/runPolku.js');
const { serveCity } = await import('../city/serveCity.js');

/** A city for this file alone: it is extracted without a registry that others need. */
const SEED = 23;

describe('a city that leaves out a shipped registry', () => {
  let city: TestCity;
  let served: ServedCity;
  beforeAll(async () => {
    city = await makeCity(SEED);
    served = await serveCity(city);
  });
  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });

  it('X23: lists only the joined registries, and has no field of the other', async () => {
    const asPlanner = { persona: 'planner', purpose: 'planning' };
    const { data } = await served.client.ask({ ...asPlanner, query: '{ registries { name } }' });
    expect(data).toEqual({ registries: [{ name: 'population' }, { name: 'health' }, { name: 'social' }] });
    const { errors } = await served.client.ask({
      ...asPlanner,
      query: '{ cohort(where: { educationContacts: {} }) { size { count } } }',
    });
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  it('X23: answers service paths and groups from the others, without mention of the missing one', async () => {
    const { data } = await served.client.ask({
      persona: 'doctor',
      purpose: 'care',
      query: '{ persons(first: 20) { nodes { servicePath { steps { sector } withheld } } } }',
    });
    const { nodes } = data!['persons'] as {
      nodes: { servicePath: { steps: { sector: string }[]; withheld: string[] } }[];
    };
    const sectors = new Set(
      nodes.flatMap(({ servicePath }) => servicePath.steps.map(({ sector }) => sector)),
    );
    expect([...sectors]).toEqual(['HEALTH']);
    expect(nodes.map(({ servicePath }) => servicePath.withheld)).toEqual(nodes.map(() => ['SOCIAL']));
    const group = await served.client.ask({
      persona: 'planner',
      purpose: 'planning',
      query: '{ cohort(where: { healthContacts: {} }) { size { count } } }',
    });
    expect(group.errors).toBeUndefined();
    expect((group.data as { cohort: { size: { count: number } } }).cohort.size.count).toBeGreaterThan(100);
  });

  it('X23: skips its policy, and the tests of other owners pass', async () => {
    const policy = await loadPolicy(policiesFolder);
    const read = operationReader(await committedApi());
    const { problems, report } = runPolicyTests(policy, await loadPolicyTests(policiesFolder), read);
    expect(problems).toEqual([]);
    expect(report.results.filter(({ failures }) => failures.length > 0)).toEqual([]);
    expect(report.results.map(({ registry }) => registry)).not.toContain('education');
    expect(report.results.length).toBeGreaterThan(50);
  });

  it('X23: says that the tests of the missing owner are not run', async () => {
    const { code, output } = await runPolku(['policy', 'test'], {
      env: { ...process.env, POLKU_REGISTRIES_EDUCATION_JOINED: 'false' },
    });
    expect(code).toBe(0);
    expect(output).toContain('Not run: education.');
  });

  it.each([
    ['population', 'cannot be left out'],
    ['helth', 'no registry'],
    ['health social education', 'leaves no registry'],
  ])('X23: refuses to leave out %s', async (names, message) => {
    const variables = names
      .split(' ')
      .map((name) => [`POLKU_REGISTRIES_${name.toUpperCase()}_JOINED`, 'false']);
    const { code, errors } = await runPolku(['extract', '--help'], {
      env: { ...process.env, ...Object.fromEntries(variables) },
    });
    expect(code).toBe(2);
    expect(errors).toMatch(/^USAGE: /);
    expect(errors).toContain(message);
  });
});
