import { describe, expect, it } from '@jest/globals';
import type { Permission } from '../../policies/engine/decision.js';
import { cityPolicy, someDay } from './smallCity.js';

const carePath = `
grants:
  - id: care
    purposes: [care]
    roles: [nurse]
    basis: [703/2023]
    when: [care-relationship]
    show: { 'Query.person': allow, 'Person.*': allow, 'Visit.*': allow, Visit.diagnosis: { mask: icd10-chapter } }
    derive: { Path: ['Visit.{service,startedAt}'], Score: [Visit.diagnosis] }
`;
const forService = `
grants:
  - id: service
    purposes: [service]
    roles: [worker]
    basis: [1301/2014]
    show: { Visit.service: allow }
`;
const serviceButNotProtection = `${forService}
prohibitions:
  - id: not-here
    purposes: [protection]
    fields: ['Visit.*']
    reason: { en: because we say so, fi: x, sv: x }
`;
const neverForService = `${forService.replace('[service]\n    roles', '[protection]\n    roles')}
prohibitions:
  - { id: never, purposes: [service], fields: [Visit.service] }
`;
const severalGrants = `
grants:
  - { id: by-year, purposes: [care], roles: [nurse], basis: [x], show: { Visit.startedAt: { mask: year } } }
  - { id: by-month, purposes: [care], roles: [nurse], basis: [x], show: { Visit.startedAt: { mask: month } }, when: [not-objected] }
  - { id: whole, purposes: [care], roles: [nurse], basis: [x], show: { Visit.startedAt: allow }, when: [care-relationship, not-objected] }
  - { id: needless, purposes: [care], roles: [nurse], basis: [x], show: { Visit.startedAt: { mask: year } }, when: [not-objected] }
`;
const forResearch = `
grants:
  - id: rows
    purposes: [research, management]
    roles: [scholar, manager]
    basis: [552/2019]
    show: { 'Query.*': allow, State.rows: allow, 'Person.*': allow, 'Visit.*': allow }
`;
const forAWhile = `
grants:
  - id: while
    purposes: [care]
    roles: [nurse]
    basis: [x]
    show: { Visit.service: allow }
    valid: { from: 2026-06-15, until: 2026-06-16 }
`;
const schoolCare = `
grants:
  - { id: care, purposes: [care], roles: [nurse], basis: [x], show: { 'Lesson.{startedAt,service}': allow }, derive: { Path: ['Lesson.*'] } }
`;
const releasedButHidden = `
grants:
  - { id: path, purposes: [care], roles: [nurse], basis: [x], derive: { Path: ['Visit.*'], Score: [Visit.diagnosis] } }
`;
const noDiagnosis = `prohibitions:
  - { id: never, purposes: [care], fields: [Visit.diagnosis] }
`;
const shownButNotReleased = `
grants:
  - { id: show, purposes: [care], roles: [nurse], basis: [x], show: { 'Visit.*': allow, Person.birthYear: { mask: age-band } } }
`;

/**
 * The rules, the requester and purpose, and the answer: "whole", or masks, with conditions after "if"; "-" is
 * denied.
 */
type Case = [
  name: string,
  rules: Record<string, string>,
  role: string,
  purpose: string,
  field: string,
  answer: string,
];

// prettier-ignore
const shown: Case[] = [
  ['nothing is shown without a grant', {}, 'nurse', 'care', 'Visit.service', '-'],
  ['a grant shows under its conditions', { 'clinic.yaml': carePath }, 'nurse', 'care', 'Visit.service', 'whole if care-relationship'],
  ['a field by its name goes before a star', { 'clinic.yaml': carePath }, 'nurse', 'care', 'Visit.diagnosis', 'icd10-chapter if care-relationship'],
  ['a grant is for its roles only', { 'clinic.yaml': carePath }, 'worker', 'care', 'Visit.service', '-'],
  ['an unknown role counts for nothing', { 'clinic.yaml': carePath }, 'king', 'care', 'Visit.service', '-'],
  ['a grant for a parent purpose covers its children', { 'clinic.yaml': forService }, 'worker', 'protection', 'Visit.service', 'whole'],
  ['a prohibition beats a grant', { 'clinic.yaml': serviceButNotProtection }, 'worker', 'protection', 'Visit.service', '-'],
  ['a prohibition for a child leaves the parent alone', { 'clinic.yaml': serviceButNotProtection }, 'worker', 'service', 'Visit.service', 'whole'],
  ['a prohibition for a parent covers its children', { 'clinic.yaml': neverForService }, 'worker', 'protection', 'Visit.service', '-'],
  ['several grants are tried strongest first', { 'clinic.yaml': severalGrants }, 'nurse', 'care', 'Visit.startedAt', 'whole if care-relationship and not-objected, year'],
  ['a pseudonymised purpose sees a quasi-identifier under its mask', { 'clinic.yaml': forResearch }, 'scholar', 'research', 'Visit.startedAt', 'month'],
  ['a mask coarser than a quasi-identifier needs is kept', { 'clinic.yaml': forResearch.replace("'Visit.*': allow", 'Visit.startedAt: { mask: year }') }, 'scholar', 'research', 'Visit.startedAt', 'year'],
  ['a pseudonymised purpose never sees what is withheld', { 'clinic.yaml': forResearch }, 'scholar', 'research', 'Visit.unit', '-'],
  ['a pseudonymised purpose sees ids, for they are sealed', { 'clinic.yaml': forResearch }, 'scholar', 'research', 'Visit.id', 'whole'],
  ['an aggregate purpose sees no field of a person', { 'clinic.yaml': forResearch }, 'manager', 'management', 'Visit.service', '-'],
  ['an aggregate purpose sees no id', { 'clinic.yaml': forResearch }, 'manager', 'management', 'Person.id', '-'],
  ['an aggregate purpose finds no person', { 'clinic.yaml': forResearch }, 'manager', 'management', 'Query.person', '-'],
  ['an aggregate purpose sees what is about no person', { 'clinic.yaml': forResearch }, 'manager', 'management', 'State.rows', 'whole'],
  ['a forbidden purpose is given nothing', { 'clinic.yaml': carePath }, 'nurse', 'marketing', 'Person.id', '-'],
  ['the name of a type is always shown', {}, 'nurse', 'marketing', 'Visit.__typename', 'whole'],
  ['a feed is shown to nobody', { 'clinic.yaml': carePath }, 'nurse', 'care', 'Path.clinic', '-'],
  ['an argument is shown with its field', { 'clinic.yaml': carePath }, 'nurse', 'care', 'Person.visits(limit:)', 'whole if care-relationship'],
  ['an argument that tests a field is shown with both', { 'clinic.yaml': carePath }, 'nurse', 'care', 'Person.visits(from:)', 'whole if care-relationship'],
  ['an argument that tests a hidden field is hidden', { 'clinic.yaml': carePath.replace("'Visit.*': allow", 'Visit.service: allow') }, 'nurse', 'care', 'Person.visits(from:)', '-'],
  ['a field of an interface is hidden where one type hides it', { 'clinic.yaml': carePath }, 'nurse', 'care', 'Contact.service', '-'],
  ['a field of an interface is shown as by the weakest of its types', { 'clinic.yaml': carePath, 'school.yaml': schoolCare }, 'nurse', 'care', 'Contact.service', 'whole if care-relationship'],
  ['a derived field is shown if one of its feeds flows', { 'clinic.yaml': carePath }, 'nurse', 'care', 'Path.steps', 'whole'],
  ['a derived field is hidden if all of its feeds are withheld', { 'clinic.yaml': shownButNotReleased }, 'nurse', 'care', 'Path.steps', '-'],
  ['releasing a field to a derived type that repeats it does not show it', { 'clinic.yaml': releasedButHidden }, 'nurse', 'care', 'Path.steps', '-'],
  ['a score is shown if what it is computed from is released', { 'clinic.yaml': releasedButHidden }, 'nurse', 'care', 'Score.value', 'whole'],
  ['a score is hidden if what it is computed from is shown, but not released', { 'clinic.yaml': shownButNotReleased }, 'nurse', 'care', 'Score.value', '-'],
  ['a feed is withheld with the feed that it requires', { 'school.yaml': schoolCare }, 'nurse', 'care', 'Path.lateSteps', '-'],
  ['a feed flows with the feed that it requires', { 'clinic.yaml': carePath, 'school.yaml': schoolCare }, 'nurse', 'care', 'Path.lateSteps', 'whole'],
  ['a field that repeats others is shown if one of them is', { 'school.yaml': schoolCare }, 'nurse', 'care', 'Step.service', 'whole'],
  ['a field that repeats others is hidden if all of them are', { 'school.yaml': schoolCare }, 'nurse', 'care', 'Step.unit', '-'],
  ['a required field does not leak through what is computed from it', {}, 'nurse', 'care', 'Person.age', '-'],
  ['a field that requires a shown field is shown', { 'clinic.yaml': shownButNotReleased }, 'nurse', 'care', 'Person.age', 'whole'],
  ['an unknown field is denied', { 'clinic.yaml': carePath }, 'nurse', 'care', 'Visit.nothing', '-'],
];

// prettier-ignore
const taken: Case[] = [
  ['what is shown and released may be repeated', { 'clinic.yaml': carePath }, 'nurse', 'care', 'Path Visit.service', 'whole if care-relationship'],
  ['what is shown but not released is not taken', { 'clinic.yaml': shownButNotReleased }, 'nurse', 'care', 'Path Visit.service', '-'],
  ['what is released but not shown is not repeated', { 'clinic.yaml': releasedButHidden }, 'nurse', 'care', 'Path Visit.service', '-'],
  ['what is released but not shown may be computed with', { 'clinic.yaml': releasedButHidden }, 'nurse', 'care', 'Score Visit.diagnosis', 'whole'],
  ['what is prohibited is not taken, however released', { 'clinic.yaml': `${releasedButHidden}${noDiagnosis}` }, 'nurse', 'care', 'Score Visit.diagnosis', '-'],
  ['a derived type takes nothing outside its lineage', { 'clinic.yaml': carePath }, 'nurse', 'care', 'Path Visit.diagnosis', '-'],
];

function text(permissions: readonly Permission[]): string {
  const one = ({ mask, conditions }: Permission) =>
    `${mask ?? 'whole'}${conditions.length > 0 ? ` if ${conditions.join(' and ')}` : ''}`;
  return permissions.map(one).join(', ') || '-';
}

describe('what a policy shows', () => {
  it.each(shown)('%s', (_, rules, role, purpose, field, answer) => {
    const decision = cityPolicy(rules).decide({ roles: [role], purpose }, someDay);
    expect(text(decision.show(field))).toBe(answer);
  });

  it.each(taken)('of derived types: %s', (_, rules, role, purpose, field, answer) => {
    const [type = '', coordinate = ''] = field.split(' ');
    const decision = cityPolicy(rules).decide({ roles: [role], purpose }, someDay);
    expect(text(decision.derive(type, coordinate))).toBe(answer);
  });
});

describe('the days of a grant', () => {
  it.each([
    ['2026-06-14T20:59:00Z', '-'],
    // Midnight in Helsinki, where the law applies.
    ['2026-06-14T21:00:00Z', 'whole'],
    ['2026-06-16T20:59:00Z', 'whole'],
    ['2026-06-16T21:00:00Z', '-'],
  ])('show at %s: %s', (at, answer) => {
    const policy = cityPolicy({ 'clinic.yaml': forAWhile });
    expect(
      text(policy.decide({ roles: ['nurse'], purpose: 'care' }, new Date(at)).show('Visit.service')),
    ).toBe(answer);
  });

  it('make decisions with different keys, so that none is cached too long', () => {
    const policy = cityPolicy({ 'clinic.yaml': forAWhile });
    const at = (date: string) => policy.decide({ roles: ['nurse'], purpose: 'care' }, new Date(date));
    expect(at('2026-06-10T12:00:00Z')).toBe(at('2026-06-11T12:00:00Z'));
    expect(at('2026-06-10T12:00:00Z').key).not.toBe(at('2026-06-15T12:00:00Z').key);
  });
});

describe('a decision', () => {
  it('is one object for callers whose roles are equivalent', () => {
    const policy = cityPolicy({ 'clinic.yaml': carePath });
    const first = policy.decide({ roles: ['nurse', 'worker'], purpose: 'care' }, someDay);
    expect(policy.decide({ roles: ['king', 'nurse', 'nurse'], purpose: 'care' }, someDay)).toBe(first);
  });

  it('has another key when a file changes by one character', () => {
    const policies = [carePath, `${carePath} `].map((text) => cityPolicy({ 'clinic.yaml': text }));
    const keys = policies.map((policy) => policy.decide({ roles: ['nurse'], purpose: 'care' }, someDay).key);
    expect(new Set(keys).size).toBe(2);
  });
});

describe('a refusal', () => {
  const refusals: [name: string, rules: Record<string, string>, ...who: string[]][] = [
    [
      'a field without a grant names its owner',
      {},
      'nurse',
      'care',
      'Visit.service',
      'Clinic',
      'Clinic has not granted Visit.service to nurse for "care".',
    ],
    [
      'a prohibited field tells the reason in the words of its owner',
      { 'clinic.yaml': serviceButNotProtection },
      'worker',
      'protection',
      'Visit.service',
      'Clinic',
      'Clinic prohibits Visit.service for "protection" (clinic/not-here): because we say so.',
    ],
    [
      'a forbidden purpose cites the law',
      {},
      'nurse',
      'marketing',
      'Visit.service',
      'Clinic',
      'Nothing is ever shown for "marketing" (EHDS 54).',
    ],
    [
      'a purpose that no role serves says so',
      {},
      'nurse',
      'service',
      'Visit.service',
      'Clinic',
      'None of the caller\'s roles may be used for "service".',
    ],
    [
      'a derived field names every owner who withholds a part',
      {},
      'nurse',
      'care',
      'Path.steps',
      'Clinic',
      'Path.steps is made of data that is withheld from nurse for "care": Clinic withholds Visit.service, Visit.startedAt; School withholds Lesson.service, Lesson.startedAt.',
    ],
    [
      'a withheld quasi-identifier tells why',
      { 'clinic.yaml': forResearch },
      'scholar',
      'research',
      'Visit.unit',
      'Clinic',
      'Visit.unit could identify somebody, so Clinic withholds it from pseudonymised purposes such as "research".',
    ],
    [
      'a field of an interface names the type that hides it',
      { 'clinic.yaml': carePath },
      'nurse',
      'care',
      'Contact.service',
      'School',
      'Contact.service depends on Lesson.service. School has not granted Lesson.service to nurse for "care".',
    ],
  ];
  it.each(refusals)('of %s', (_, rules, role = '', purpose = '', coordinate = '', owner, reason) => {
    const decision = cityPolicy(rules).decide({ roles: [role], purpose }, someDay);
    expect(decision.explain(coordinate)).toMatchObject({
      coordinate,
      owner: { en: owner },
      reason: { en: reason },
    });
  });
});
