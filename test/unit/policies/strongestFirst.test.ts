import { describe, expect, it } from '@jest/globals';
import { strongestFirst } from '../../../policies/engine/decide/derivationGrants.js';
import type { ConditionName, MaskName, Permission } from '../../../policies/engine/decision.js';

const care: ConditionName = 'care-relationship';
const unobjected: ConditionName = 'not-objected';

function permission(mask: MaskName | undefined, ...conditions: ConditionName[]): Permission {
  return { mask, conditions, grant: `x/${mask ?? 'whole'}-${conditions.length}` };
}

describe('permissions in order', () => {
  it('start with the unmasked value and end with the coarsest mask', () => {
    const [whole, month, year] = [
      permission(undefined, care, unobjected),
      permission('month', care),
      permission('year', unobjected),
    ];
    expect(strongestFirst([month, year, whole])).toEqual([whole, year, month]);
  });

  it('leave out permissions that another one always precedes', () => {
    const whole = permission(undefined, care);
    expect(strongestFirst([permission('year', care, unobjected), whole, permission('month', care)])).toEqual([
      whole,
    ]);
    const year = permission('year');
    expect(strongestFirst([permission('month', care), year])).toEqual([year]);
  });

  it('leave out masks that cannot be ordered, under equal conditions', () => {
    const [year, band] = [permission('year', care), permission('age-band', care)];
    expect(strongestFirst([year, band])).toEqual([]);
    expect(strongestFirst([year, permission('age-band', unobjected)])).toHaveLength(2);
  });
});
