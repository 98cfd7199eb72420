import { describe, expect, it } from '@jest/globals';
import { explainCell } from '../../../policies/engine/report/explainCell.js';
import { cityPolicy, someDay } from '../../spec/smallCity.js';

const policy = cityPolicy({
  'clinic.yaml': `
grants:
  - id: care
    purposes: [care]
    roles: [nurse]
    basis: [703/2023]
    when: [care-relationship]
    show: { 'Visit.*': allow, Visit.diagnosis: { mask: icd10-chapter } }
    derive: { Path: ['Visit.{service,startedAt}'] }
  - { id: late, purposes: [service], roles: [worker], basis: [x], show: { Visit.service: allow }, valid: { from: 2027-01-01 } }
prohibitions:
  - { id: never, purposes: [service], fields: [Visit.unit] }
`,
});
const cell = (coordinate: string, role: string, purpose: string) =>
  explainCell(policy, { coordinate, role, purpose }, someDay);

describe('the explanation of a cell', () => {
  it('names the mask, the conditions and the grant of a shown field, and what it may be used for', () => {
    const { registry, ways, denial, derivations } = cell('Visit.diagnosis', 'nurse', 'care');
    expect([registry, denial]).toEqual(['clinic', undefined]);
    expect(ways).toMatchObject([
      {
        mask: 'icd10-chapter',
        conditions: ['care-relationship'],
        grants: [{ id: 'clinic/care', basis: ['703/2023'], place: { file: 'clinic.yaml' } }],
      },
    ]);
    expect(derivations).toEqual([{ type: 'Score', ways: [], kind: 'not-granted' }]);
  });

  it('names the rule that prohibits a field', () => {
    expect(cell('Visit.unit', 'worker', 'service').denial).toMatchObject({
      kind: 'prohibited',
      prohibition: { id: 'clinic/never' },
      sentence: { en: 'Clinic prohibits Visit.unit for "service" (clinic/never).' },
    });
  });

  it('names grants that do not apply yet', () => {
    expect(cell('Visit.service', 'worker', 'service').denial).toMatchObject({
      kind: 'not-granted',
      nearGrants: [{ id: 'clinic/late' }],
    });
  });

  it('names the parts of a field that other owners withhold, each once', () => {
    const { denial } = cell('Path.steps', 'worker', 'service');
    expect(denial?.kind).toBe('inputs');
    const parts = denial!.inputs.map(({ coordinate, derivedType }) => `${derivedType} ${coordinate}`);
    expect(parts.length).toBeGreaterThan(0);
    expect(new Set(parts).size).toBe(parts.length);
  });

  it('knows no registry for a field that does not exist', () => {
    expect(cell('Visit.nothing', 'nurse', 'care').registry).toBeUndefined();
  });
});
