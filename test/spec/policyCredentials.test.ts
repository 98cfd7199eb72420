/**
 * @property policies/permit-caps A research permit limits what grants show to its fields, days and holder.
 * @enforcedBy policies/engine/decide/decisionRequest.ts, policies/engine/decide/derivationGrants.ts
 */
import { describe, expect, it } from '@jest/globals';
import type { Requester } from '../../policies/engine/decide/decisionRequest.js';
import { cityPolicy, someDay } from './smallCity.js';

const forFriends = `
grants:
  - { id: friends, purposes: [care], roles: [nurse], recipients: [clinic-one], basis: [x], show: { Visit.service: allow } }
`;
const research = `
grants:
  - id: rows
    purposes: [research]
    roles: [scholar]
    permit: required
    basis: [552/2019]
    show: { 'Query.*': allow, State.rows: allow, 'Person.*': allow, 'Visit.{startedAt,service,diagnosis}': allow }
    derive: { Score: [Visit.diagnosis] }
`;
const permits = `permits:
  - number: P-1
    recipient: university
    purpose: research
    basis: [552/2019]
    valid: { from: 2026-01-01, until: 2026-06-30 }
    fields: [Query.person, Person.visits, 'Visit.{startedAt,service}']
  - number: P-2
    recipient: university
    purpose: research
    basis: [552/2019]
    valid: { from: 2026-01-01, until: 2026-06-30 }
    fields: ['Visit.*', 'Person.*', 'Score.*']
    population: { born: { from: 1990, until: 2000 }, registries: [clinic] }
`;
const policy = cityPolicy({ 'clinic.yaml': research, 'permits.yaml': permits });
const scholar: Requester = {
  roles: ['scholar'],
  purpose: 'research',
  recipient: 'university',
  permit: 'P-1',
};

describe('a grant for a recipient', () => {
  const service = (recipient?: string) =>
    cityPolicy({ 'clinic.yaml': forFriends })
      .decide({ roles: ['nurse'], purpose: 'care', recipient }, someDay)
      .show('Visit.service');

  it('applies to that organisation, and to no other', () => {
    expect(service('clinic-one')).toHaveLength(1);
    expect(service('clinic-two')).toEqual([]);
    expect(service()).toEqual([]);
  });

  it('makes decisions with other keys, and unnamed organisations share one', () => {
    const friends = cityPolicy({ 'clinic.yaml': forFriends });
    const of = (recipient: string) =>
      friends.decide({ roles: ['nurse'], purpose: 'care', recipient }, someDay);
    expect(of('clinic-one').key).not.toBe(of('a').key);
    expect(of('a')).toBe(of('b'));
  });
});

describe('a research permit', () => {
  it('opens a grant that requires one, for its own fields only', () => {
    const decision = policy.decide(scholar, someDay);
    expect(decision.show('Visit.startedAt')).toMatchObject([{ mask: 'month' }]);
    expect(decision.show('Visit.diagnosis')).toEqual([]);
    expect(decision.explain('Visit.diagnosis').reason.en).toBe(
      'The permit P-1 does not cover Visit.diagnosis.',
    );
    expect(decision.derive('Score', 'Visit.diagnosis')).toEqual([]);
  });

  it('does not limit fields that are about no person', () => {
    expect(policy.decide(scholar, someDay).show('State.rows')).toHaveLength(1);
  });

  it('limits what it shows to its population, and covers the registries that it names', () => {
    const decision = policy.decide({ ...scholar, permit: 'P-2' }, someDay);
    expect(decision.show('Visit.diagnosis')).toMatchObject([
      { mask: 'icd10-block', conditions: ['born(1990-2000)'] },
    ]);
    expect(decision.show('Score.value')).toEqual([]);
  });

  it.each<[string, Partial<Requester>, string, string]>([
    [
      'that is not brought',
      { permit: undefined },
      '2026-06-15',
      'Clinic has not granted Visit.service to scholar for "research" without a research permit.',
    ],
    [
      'of an unknown number',
      { permit: 'P-9' },
      '2026-06-15',
      'There is no permit with the number in the token.',
    ],
    [
      'of another organisation',
      { recipient: 'institute' },
      '2026-06-15',
      'The permit P-1 was given to another organisation.',
    ],
    [
      'for another purpose',
      { purpose: 'care', roles: ['nurse'] },
      '2026-06-15',
      'The permit P-1 is for "research", not for "care".',
    ],
    ['that has not begun', {}, '2025-12-31', 'The permit P-1 is valid from 2026-01-01.'],
    ['that has ended', {}, '2026-07-01', 'The permit P-1 ended on 2026-06-30.'],
  ])('%s shows nothing, and gives the reason', (_, requester, day, reason) => {
    const decision = policy.decide({ ...scholar, ...requester }, new Date(`${day}T12:00:00Z`));
    expect(decision.show('Visit.service')).toEqual([]);
    expect(decision.explain('Visit.service').reason.en).toBe(reason);
  });
});
