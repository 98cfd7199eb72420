import { describe, expect, it } from '@jest/globals';
import { diffPolicies } from '../../policies/engine/compare/diffPolicies.js';
import { defaultDisclosure } from '../../policies/engine/disclosureParameters.js';
import { cityPolicy, someDay } from './smallCity.js';

const policyOf = (clinic: string, school = '') =>
  cityPolicy({
    'clinic.yaml': `disclosure:\n${clinic}`,
    ...(school && { 'school.yaml': `disclosure:\n${school}` }),
  });

describe('the protection of group numbers', () => {
  it('is the default when no owner sets it', () => {
    expect(cityPolicy({}).disclosure('care', ['clinic', 'school'])).toEqual(defaultDisclosure);
  });

  it('is what the owner sets for the purpose, and the default for all else', () => {
    const policy = policyOf('  - { purposes: [care], minimum: 12, questions: 1000 }');
    expect(policy.disclosure('care', ['clinic'])).toEqual({
      ...defaultDisclosure,
      minimum: 12,
      questions: 1_000,
    });
    expect(policy.disclosure('service', ['clinic'])).toEqual(defaultDisclosure);
  });

  it('takes the stricter value of each setting over all owners of the data', () => {
    const policy = policyOf(
      '  - { purposes: [care], minimum: 12, questions: 1000, noise: { maximum: 3, variance: 2 } }',
      '  - { purposes: [care], minimum: 10, questions: 20, families: 5, familyShare: 0.2, noise: { maximum: 6, variance: 2.5 } }',
    );
    expect(policy.disclosure('care', ['clinic', 'school'])).toEqual({
      minimum: 12,
      families: 5,
      familyShare: 0.2,
      noise: { maximum: 6, variance: 2.5 },
      questions: 20,
    });
    // An owner without settings gets the defaults.
    expect(policy.disclosure('care', ['clinic', 'directory'])).toMatchObject({
      questions: defaultDisclosure.questions,
      noise: defaultDisclosure.noise,
    });
  });

  it('takes the stricter of several entries for a purpose', () => {
    const policy = policyOf(
      '  - { purposes: any, minimum: 9 }\n  - { purposes: [care], minimum: 12 }\n  - { purposes: [care], minimum: 10 }',
    );
    expect(policy.disclosure('care', ['clinic']).minimum).toBe(12);
    expect(policy.disclosure('service', ['clinic']).minimum).toBe(9);
  });

  it('is listed when it changes', () => {
    const [before, after] = ['12', '9'].map((minimum) =>
      policyOf(`  - { purposes: [care], minimum: ${minimum}, questions: 50 }`),
    );
    expect(diffPolicies(before!, after!, someDay)).toEqual({
      sentences: ['Groups with data of clinic, for care: the minimum was 12, and is 9.'],
      widens: true,
      narrows: false,
    });
    expect(diffPolicies(after!, before!, someDay)).toMatchObject({ widens: false, narrows: true });
  });
});
