import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateCity } from '../../../synthetic-city/generateCity.js';
import { CIRCUMSTANCES } from '../../../synthetic-city/protection/childCircumstances.js';
import { plantedEffects } from '../../../synthetic-city/protection/plantedEffects.js';
import { parquetRows } from './parquet.js';

const NAMES = Object.keys(CIRCUMSTANCES);
const seeds = Array.from({ length: 20 }, (_, index) => index + 2);

describe('the planted effects', () => {
  it('are the same for the same truth seed, and others for another', () => {
    expect(plantedEffects(2)).toEqual(plantedEffects(2));
    const together = new Set([1, ...seeds].map((seed) => JSON.stringify(plantedEffects(seed).together)));
    expect(together.size).toBe(seeds.length + 1);
  });

  it.each(seeds)('of truth %i are pairs, triples and strengths as in the first truth', (seed) => {
    const { alone, together } = plantedEffects(seed);
    const sizes = together.map((effect) => effect.together.length);
    expect(sizes.filter((size) => size === 2)).toHaveLength(17);
    expect(sizes.filter((size) => size === 3)).toHaveLength(6);
    for (const { logOdds } of together) {
      expect(logOdds).toBeGreaterThanOrEqual(1);
      expect(logOdds).toBeLessThanOrEqual(1.4);
    }
    expect(Object.keys(alone).sort()).toEqual([...NAMES].sort());
    expect(Math.max(...Object.values(alone))).toBeLessThanOrEqual(0.3);
  });

  it.each(seeds)('of truth %i leave four circumstances without any', (seed) => {
    const { alone, together } = plantedEffects(seed);
    const without = Object.keys(alone).filter((name) => alone[name as keyof typeof alone] === 0);
    expect(without).toHaveLength(4);
    const combined = new Set(together.flatMap((effect): readonly string[] => effect.together));
    expect(without.filter((name) => combined.has(name))).toEqual([]);
  });

  it.each(seeds)('of truth %i combine no two effects in a third', (seed) => {
    const { together } = plantedEffects(seed);
    const overlaps = together.flatMap((one, index) =>
      together.slice(index + 1).filter((other) => {
        const shared = one.together.filter((name) => other.together.includes(name)).length;
        return shared === Math.min(one.together.length, other.together.length) || shared > 1;
      }),
    );
    expect(overlaps).toEqual([]);
  });
});

describe('the null city', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'polku-null-'));
    await generateCity({ persons: 1500, seed: 3, truthSeed: 0, out: join(folder, 'city') });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has hazards that no circumstance changes', async () => {
    const rows = await parquetRows(join(folder, 'city/truth/childProtection.parquet'));
    // Age and year are what is left: of whole years below 18, there are few different hazards.
    const hazards = new Map<string, Set<string>>();
    for (const row of rows as readonly Record<string, string>[]) {
      if (Number(row['h_1']) === 0) continue;
      const at = row['block_date']!;
      hazards.set(at, (hazards.get(at) ?? new Set()).add(Number(row['h_1']).toFixed(12)));
    }
    expect(rows.length).toBeGreaterThan(200);
    for (const different of hazards.values()) expect(different.size).toBeLessThan(60);
  });

  it('states its seed, and that nothing adds to the odds', () => {
    const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, 'city', file), 'utf8'));
    expect(read('polku-city.json')).toMatchObject({ truthSeed: 0 });
    expect(read('truth/childProtection.json')).toMatchObject({
      alone: Object.fromEntries(NAMES.map((name) => [name, 0])),
      together: [],
    });
  });
});
