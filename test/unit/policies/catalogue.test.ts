import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../../lib/packageRoot.js';
import {
  canEvaluate,
  categories,
  conditionsOf,
  parseCondition,
} from '../../../policies/engine/catalogue/conditions.js';
import { type Condition, conditionNames, maskNames } from '../../../policies/engine/decision.js';

const read = (...path: string[]) => readFileSync(join(packageRoot(), ...path), 'utf8');

describe('the catalogues', () => {
  it('of categories are the same for the compiler and for editors', () => {
    const schema = JSON.parse(read('schema', 'policy.schema.json')) as {
      $defs: { classification: { properties: { category: { enum: string[] } } } };
    };
    expect(schema.$defs.classification.properties.category.enum).toEqual(Object.keys(categories));
  });

  it('of conditions name only conditions that exist', () => {
    for (const registry of ['health', 'population', 'paths', 'directory', 'linkage']) {
      for (const kind of conditionsOf(registry)) {
        const condition = kind === 'within-years' ? 'within-years(5)' : kind;
        expect(parseCondition(condition)).toBe(condition);
        expect(canEvaluate(registry, condition as Condition)).toBe(true);
      }
    }
    expect(canEvaluate('population', 'care-relationship')).toBe(false);
    expect(canEvaluate('health', 'born(1990-2000)')).toBe(false);
  });

  it('of masks and conditions are complete on the page for data owners', () => {
    const page = read('docs', 'policies.md');
    for (const name of [...maskNames, ...conditionNames]) expect(page).toContain(`\`${name}\``);
  });
});
