import { describe, expect, it } from '@jest/globals';
import { compareAccess } from '../../policies/engine/compare/compareAccess.js';
import { diffPolicies } from '../../policies/engine/compare/diffPolicies.js';
import { compareOperations, operationStates } from '../../policies/engine/compare/operationImpact.js';
import type { Condition, MaskName, Permission } from '../../policies/engine/decision.js';
import { formatPolicyTests } from '../../policies/engine/test/formatPolicyTests.js';
import { runPolicyTests } from '../../policies/engine/test/runPolicyTests.js';
import { cityPolicy, someDay } from './smallCity.js';

const grant = (more: string) => `
grants:
  - { id: care, purposes: [care], roles: [nurse], basis: [x], ${more} }
`;
const policyOf = (more: string) => cityPolicy({ 'clinic.yaml': grant(more) });
const whole = policyOf('show: { Visit.startedAt: allow, Visit.service: allow }');
const byYear = policyOf(
  'show: { Visit.startedAt: { mask: year }, Visit.service: allow }, when: [care-relationship]',
);

describe('the difference of two policies', () => {
  const sentences = (before: typeof whole, after: typeof whole) =>
    diffPolicies(before, after, someDay).sentences;

  it('is nothing for the same rules in other words', () => {
    const other = policyOf("show: { 'Visit.{startedAt,service}': allow }, when: []");
    expect(diffPolicies(whole, other, someDay)).toEqual({ sentences: [], widens: false, narrows: false });
  });

  it('tells who sees less of what, and who more', () => {
    expect(diffPolicies(whole, byYear, someDay)).toEqual({
      sentences: [
        'nurse, for care, sees less of Visit.startedAt: it was the value itself, and is masked to year if the caller has a care relationship with the person.',
        'nurse, for care, sees less of Visit.service: it was the value itself, and is the value itself if the caller has a care relationship with the person.',
      ],
      widens: false,
      narrows: true,
    });
    expect(diffPolicies(byYear, whole, someDay)).toMatchObject({ widens: true, narrows: false });
  });

  it('puts fields together of which the same is so', () => {
    expect(
      sentences(
        policyOf('show: { Visit.unit: allow }'),
        policyOf("show: { 'Visit.{unit,service,startedAt}': allow }"),
      ),
    ).toEqual(['nurse, for care, gains Visit.{startedAt,service}, Step.service: the value itself.']);
  });

  it('tells of days that lie ahead', () => {
    const ending = policyOf(
      'show: { Visit.startedAt: allow, Visit.service: allow }, valid: { until: 2026-12-31 }',
    );
    expect(sentences(whole, ending)).toEqual([
      'From 2027-01-01: nurse, for care, loses Visit.{startedAt,service}, Step.service: it was the value itself.',
    ]);
  });

  it('tells of organisations that a grant is for', () => {
    const friends = policyOf(
      'show: { Visit.startedAt: allow, Visit.service: allow }, recipients: [clinic-one]',
    );
    expect(sentences(whole, friends)).toEqual([
      'nurse at any other organisation, for care, loses Visit.{startedAt,service}, Step.service: it was the value itself.',
    ]);
  });

  it('tells of what derived types may take', () => {
    const derive = policyOf(
      'show: { Visit.startedAt: allow, Visit.service: allow }, derive: { Score: [Visit.diagnosis] }',
    );
    expect(sentences(whole, derive)).toContain(
      'nurse, for care, gains Score.value, Visit.diagnosis for Score: the value itself.',
    );
  });
});

describe('two ways of seeing a field', () => {
  const way = (mask?: MaskName, ...conditions: Condition[]): Permission => ({
    mask,
    conditions,
    grant: 'x/y',
  });

  it.each<[string, Permission[], Permission[], boolean, boolean]>([
    ['a condition less', [way(undefined, 'minor')], [way()], true, false],
    ['another condition', [way(undefined, 'minor')], [way(undefined, 'adult')], true, true],
    ['a mask more', [way()], [way('year')], false, true],
    ['a finer mask', [way('year')], [way('month')], true, false],
    ['a way that adds nothing', [way()], [way(), way('year', 'minor')], false, false],
  ])('compared: %s', (_, before, after, widens, narrows) => {
    expect(compareAccess(before, after)).toEqual({ widens, narrows });
  });
});

describe('stored operations', () => {
  const read = (text: string) => ({
    coordinates: text.split(' '),
    faults: text === '' ? ['It is empty.'] : [],
  });
  const operations = ['Visit.service', 'Visit.startedAt Visit.unit', ''].map((text, index) => ({
    app: 'app',
    file: `${index}.graphql`,
    text,
    roles: ['nurse'],
    purpose: 'care',
  }));
  const states = (policy: typeof whole) => operationStates(policy, operations, read, someDay);

  it('break and mend with the policy', () => {
    const other = policyOf('show: { Visit.startedAt: allow, Visit.unit: allow }');
    const changes = compareOperations(states(whole), states(other)).map(({ change }) => change);
    expect(changes).toEqual(['broken', 'mended', 'refused']);
    expect(states(whole)[1]!.refusals).toMatchObject([{ coordinate: 'Visit.unit', owner: 'Clinic' }]);
  });
});

describe('a test file', () => {
  const run = (cases: string, policy = byYear) =>
    runPolicyTests(
      policy,
      [{ file: 'clinic.test.yaml', text: `registry: clinic\ncases:\n${cases}` }],
      (text) => ({ coordinates: text.trim().split(' '), faults: [] }),
      someDay,
    );
  const failures = (cases: string) => run(cases).report.results.flatMap((result) => result.failures);

  it.each([
    [
      'a mask under its condition',
      '{ name: x, as: nurse, for: care, when: [care-relationship], show: { Visit.startedAt: { mask: year } } }',
    ],
    ['a denial without the condition', '{ name: x, as: nurse, for: care, show: { Visit.startedAt: deny } }'],
    [
      'what a feed must do without',
      '{ name: x, as: nurse, for: care, withheld: { Path: [clinic, school] } }',
    ],
    [
      'a whole query',
      '{ name: x, as: nurse, for: care, query: Visit.service Visit.unit, answer: { refused: [Visit.unit] } }',
    ],
    [
      'a field that may not be taken',
      '{ name: x, as: nurse, for: care, derive: { Score: { Visit.diagnosis: deny } } }',
    ],
  ])('passes for %s', (_, test) => {
    expect(failures(`  - ${test}`)).toEqual([]);
  });

  it.each([
    [
      '{ name: x, as: nurse, for: care, when: [care-relationship], show: { Visit.startedAt: allow } }',
      'Visit.startedAt: expected allow, but it is year.',
    ],
    [
      '{ name: x, as: nurse, for: care, show: { Visit.unit: allow } }',
      'Visit.unit: expected allow, but it is deny. Clinic has not granted Visit.unit to nurse for "care".',
    ],
    [
      '{ name: x, as: nurse, for: care, show: { Visit.unti: deny } }',
      'There is no field "Visit.unti". Did you mean "Visit.unit"?',
    ],
    [
      '{ name: x, as: nurze, for: care, show: { Visit.unit: deny } }',
      'There is no role "nurze". Did you mean "nurse"?',
    ],
    [
      '{ name: x, as: nurse, for: care, given: { Path: [clinic] } }',
      'Path: expected clinic given, but it is withheld.',
    ],
    [
      '{ name: x, as: nurse, for: care, withheld: { Path: [clinik] } }',
      'Path takes nothing from "clinik". Did you mean "clinic"?',
    ],
    [
      '{ name: x, as: nurse, for: care, query: Visit.unit, answer: allow }',
      'The query: expected to be refused nothing, but it is Visit.unit.',
    ],
  ])('fails with what was expected and what came: %s', (test, failure) => {
    expect(failures(`  - ${test}`)).toEqual([failure]);
  });

  it('tells which rules no case rests on', () => {
    const { report } = run('  - { name: nothing, as: nurse, for: care, show: { Visit.startedAt: deny } }');
    expect(report.coverage).toContainEqual(expect.objectContaining({ id: 'clinic/care', covered: false }));
    expect(formatPolicyTests(report)).toContain('No case rests on the grant clinic/care, clinic.yaml:14.');
  });

  it('of the wrong form is told with its place', () => {
    const { problems } = run('  - { name: x, as: nurse, for: care }');
    expect(problems).toMatchObject([{ line: 3, message: 'Item 1 of "cases" expects nothing.' }]);
  });
});
