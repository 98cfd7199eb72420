/**
 * @property registries/no-people What is shown about a registry is rounded, and fields that are not shown to
 * a caller are not in its catalogue.
 * @enforcedBy registry-kit/feeds/registryFeed.ts, policies/directory.yaml, policies/governance.yaml
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ageSnapshot } from '../city/ageSnapshot.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';

const REGISTRIES = `{
  registries {
    name policyRevision isReachable
    freshness { ageHours limitHours isStale }
    rejectsByReason { reason rows }
    contractDifferences
    catalogue { coordinate category isSpecial label }
  }
  access { revision }
}`;

interface Described {
  readonly name: string;
  readonly policyRevision: string;
  readonly isReachable: boolean;
  readonly freshness: { readonly ageHours: number; readonly limitHours: number; readonly isStale: boolean };
  readonly rejectsByReason: readonly { readonly reason: string; readonly rows: number | null }[];
  readonly contractDifferences: readonly string[];
  readonly catalogue: readonly { readonly coordinate: string; readonly category: string }[];
}

describe('the registries', () => {
  let city: TestCity;
  let served: ServedCity;
  beforeAll(async () => {
    city = await makeCity();
    await ageSnapshot(city.data, 'education', 4);
    served = await serveCity(city, { keys: { 'ready.snapshotHours': 36 } });
  });
  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });

  const ask = async (persona: string, purpose: string, query = REGISTRIES) =>
    served.client.ask({ persona, purpose, query });

  it('show an operator which snapshot is stale, and what was not taken in', async () => {
    const { data, errors } = await ask('operator', 'service-operation');
    expect(errors).toBeUndefined();
    const { registries, access } = data as unknown as {
      registries: readonly Described[];
      access: { revision: string };
    };
    const stale = registries.filter(({ freshness }) => freshness.isStale);
    expect(stale.map(({ name }) => name)).toEqual(['education']);
    expect(stale[0]!.freshness).toMatchObject({ ageHours: expect.closeTo(96, 0), limitHours: 36 });
    for (const { isReachable, contractDifferences, policyRevision, rejectsByReason } of registries) {
      expect([isReachable, contractDifferences, policyRevision]).toEqual([true, [], access.revision]);
      // The test city rejects a few rows of each table; counts below half a thousand are not shown.
      for (const { rows } of rejectsByReason) expect((rows ?? 0) % 1_000).toBe(0);
    }
    expect(registries.flatMap(({ rejectsByReason }) => rejectsByReason).length).toBeGreaterThan(0);
    const health = registries.find(({ name }) => name === 'health')!;
    expect(health.catalogue).toContainEqual(
      expect.objectContaining({
        coordinate: 'HealthContact.diagnosis',
        category: 'diagnosis',
        isSpecial: true,
      }),
    );
  });

  it('show a doctor how fresh they are, and no catalogue of what others may see', async () => {
    const { errors } = await ask('doctor', 'care');
    expect(errors?.[0]?.extensions?.['code']).toBe('PURPOSE_NOT_PERMITTED');
    const { data } = await ask('doctor', 'care', '{ registries { name isReachable freshness { isStale } } }');
    expect(data!['registries']).toContainEqual({
      name: 'education',
      isReachable: true,
      freshness: { isStale: true },
    });
  });

  it('open nothing about a person to an operator', async () => {
    const { errors } = await ask('operator', 'service-operation', '{ persons(first: 1) { nodes { id } } }');
    expect(errors?.[0]?.extensions?.['code']).toBe('PURPOSE_NOT_PERMITTED');
  });
});
