/**
 * @property policies/tests-that-check A policy test cannot pass because it checks nothing: every violation
 * and unknown name is an error with its place.
 * @enforcedBy policies/engine/test/checkCase.ts, policies/engine/parse/parsePolicy.ts
 */
import { describe, expect, it } from '@jest/globals';
import { compareAccess, diffPolicies } from '../../policies/engine/compare/diffPolicies.js';
import {
  compareOperations,
  formatImpact,
  operationStates,
} from '../../policies/engine/compare/operationImpact.js';
import type { Condition, MaskName, Permission } from '../../policies/engine/decision.js';
import { formatPolicyTests, runPolicyTests } from '../../policies/engine/test/runPolicyTests.js';
import { cityPolicy, someDay } from './smallCity.js';

// Long, because it holds all reports about a change: differences, stored operations and policy tests.

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

  it('is empty for the same rules in other words', () => {
    const other = policyOf("show: { 'Visit.{startedAt,service}': allow }, when: []");
    expect(diffPolicies(whole, other, someDay)).toEqual({ sentences: [], widens: false, narrows: false });
  });

  it('lists who sees less of what, and who sees more', () => {
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

  it('groups fields with the same change', () => {
    expect(
      sentences(
        policyOf('show: { Visit.unit: allow }'),
        policyOf("show: { 'Visit.{unit,service,startedAt}': allow }"),
      ),
    ).toEqual(['nurse, for care, gains Visit.{startedAt,service}, Step.service: the value itself.']);
  });

  it('includes future days', () => {
    const ending = policyOf(
      'show: { Visit.startedAt: allow, Visit.service: allow }, valid: { until: 2026-12-31 }',
    );
    expect(sentences(whole, ending)).toEqual([
      'From 2027-01-01: nurse, for care, loses Visit.{startedAt,service}, Step.service: it was the value itself.',
    ]);
  });

  it('includes the organisations of a grant', () => {
    const friends = policyOf(
      'show: { Visit.startedAt: allow, Visit.service: allow }, recipients: [clinic-one]',
    );
    expect(sentences(whole, friends)).toEqual([
      'nurse at any other organisation, for care, loses Visit.{startedAt,service}, Step.service: it was the value itself.',
    ]);
  });

  it('includes what derived types may use', () => {
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

  it('break and recover with the policy', () => {
    const other = policyOf('show: { Visit.startedAt: allow, Visit.unit: allow }');
    const changes = compareOperations(states(whole), states(other)).map(({ change }) => change);
    expect(changes).toEqual(['broken', 'mended', 'refused']);
    expect(states(whole)[1]!.denials).toMatchObject([{ coordinate: 'Visit.unit', owner: { en: 'Clinic' } }]);
  });
});

describe('stored operations that are answered before and after', () => {
  const read = (text: string) => ({ coordinates: text.split(' '), faults: [] });
  const SHOWN =
    'show: { Person.visits: allow, Visit.startedAt: allow, Visit.service: allow, Visit.unit: allow }';
  const PATH = 'Path: [Visit.service, Visit.startedAt, Visit.unit]';
  const school = `
grants:
  - { id: care, purposes: [care], roles: [nurse], basis: [x], show: { 'Lesson.*': allow }, derive: { Path: ['Lesson.*'] } }
`;
  const city = (clinic: string) => cityPolicy({ 'clinic.yaml': grant(clinic), 'school.yaml': school });
  const full = city(`${SHOWN}, derive: { ${PATH}, Score: [Visit.diagnosis] }`);
  const impact = (text: string, before: typeof full, after: typeof full) => {
    const operation = { app: 'app', file: 'one.graphql', text, roles: ['nurse'], purpose: 'care' };
    const [was, is] = [before, after].map((policy) => operationStates(policy, [operation], read, someDay));
    return compareOperations(was!, is!)[0]!;
  };

  it.each([
    [
      'Person.path Path.steps',
      `${SHOWN}, derive: { Score: [Visit.diagnosis] }`,
      'It is answered without clinic.',
    ],
    [
      'Person.path Path.steps',
      `${SHOWN.replace('Visit.startedAt: allow', 'Visit.startedAt: { mask: year }')}, derive: { ${PATH} }`,
      'Visit.startedAt for Path: it was the value itself, and is masked to year.',
    ],
    [
      'Person.path Path.steps',
      `${SHOWN}, derive: { ${PATH.replace(', Visit.unit', '')} }`,
      'Visit.unit for Path: it was the value itself, and is withheld.',
    ],
    [
      'Person.path Path.steps',
      `${SHOWN}, derive: { ${PATH} }, when: [not-objected]`,
      'Visit.service for Path: it was the value itself, and is the value itself if the person has not objected to the disclosure.',
    ],
    [
      'Person.visits Visit.startedAt',
      `${SHOWN.replace('Visit.startedAt: allow', 'Visit.startedAt: { mask: month }')}`,
      'Visit.startedAt: it was the value itself, and is masked to month.',
    ],
    [
      'Person.visits Person.visits(from:)',
      `${SHOWN.replace('Visit.startedAt: allow', 'Visit.startedAt: { mask: month }')}`,
      'Person.visits(from:): it was the value itself, and is masked to month.',
    ],
    [
      'Person.visits',
      `${SHOWN}, when: [care-relationship]`,
      'Person.visits: it was the value itself, and is the value itself if the caller has a care relationship with the person.',
    ],
  ])('Y08: lose a part: %s', (text, clinic, sentence) => {
    const { change, differences } = impact(text, full, city(clinic));
    expect(change).toBe('less');
    expect(differences).toContain(sentence);
    const back = impact(text, city(clinic), full);
    expect([back.change, back.differences.length > 0]).toEqual(['more', true]);
  });

  it('Y08: name the registry that is missing from the answer', () => {
    const after = city(`${SHOWN}, derive: { Score: [Visit.diagnosis] }`);
    const found = impact('Person.path Path.steps', full, after);
    expect(found.after.withheld).toEqual(['clinic']);
    expect(formatImpact([found])).toBe(
      [
        'less        app/one.graphql (nurse, for care), without clinic',
        '            It is answered without clinic.',
        '',
        '1 of 1 stored operations are answered, 1 of them with less than before; 0 break, 0 newly work.',
        '',
      ].join('\n'),
    );
  });

  it('Y08: are not affected by fields that they do not read', () => {
    const after = city(`${SHOWN.replace(', Visit.unit: allow', '')}, derive: { ${PATH} }`);
    expect(impact('Visit.service', full, after)).toMatchObject({ change: 'answered', differences: [] });
    expect(impact('Person.path Path.steps', full, after).change).toBe('less');
  });
});

describe('a test file', () => {
  const noQueries = () => ({ coordinates: [], faults: ['There is no such field.'] });
  const run = (cases: string, policy = byYear) =>
    runPolicyTests(
      policy,
      [{ file: 'clinic.test.yaml', text: `registry: clinic\ncases:\n${cases}` }],
      (text) => (text === 'nothing' ? noQueries() : { coordinates: text.trim().split(' '), faults: [] }),
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
      '{ name: x, as: nurse, for: care, given: { Path: [clinic] } }',
      'Path: expected clinic given, but it is withheld.',
    ],
    [
      '{ name: x, as: nurse, for: care, query: Visit.unit, answer: allow }',
      'The query: expected to be refused nothing, but it is Visit.unit.',
    ],
  ])('fails with the expected and the actual value: %s', (test, failure) => {
    expect(failures(`  - ${test}`)).toEqual([failure]);
  });

  it.each([
    ['{ name: x, as: nurse, for: care, show: {} }', '"show" is empty.'],
    ['{ name: x, as: nurse, for: care, derive: {} }', '"derive" is empty.'],
    ['{ name: x, as: nurse, for: care, derive: { Score: {} } }', '"Score" is empty.'],
    ['{ name: x, as: nurse, for: care, withheld: {} }', '"withheld" is empty.'],
    ['{ name: x, as: nurse, for: care, given: {} }', '"given" is empty.'],
    ['{ name: x, as: nurse, for: care, withheld: { Path: [] } }', '"Path" is an empty list.'],
    [
      '{ name: x, as: nurse, for: care, query: Visit.unit }',
      'Item 1 of "cases" has "query", but lacks "answer".',
    ],
    ['{ name: x, as: nurse, for: care }', 'Item 1 of "cases" expects nothing.'],
    [
      '{ name: x, as: [], for: care, show: { Visit.unit: deny } }',
      '"as" should be a name, or a list of names.',
    ],
    ['{ name: "", as: nurse, for: care, show: { Visit.unit: deny } }', '"name" is empty.'],
    [
      '{ name: x, as: nurse, for: care, show: { Visit.unit: none } }',
      '"Visit.unit" should be "allow", "deny" or "{ mask: ... }".',
    ],
    [
      '{ name: x, as: nurse, for: care, answer: { refused: [Visit.unit, 1] }, query: Visit.unit }',
      '"answer" should be "allow" or "{ refused: [...] }".',
    ],
  ])('Y01: names the fault in the form of a case, whatever schema keyword finds it: %s', (test, message) => {
    const { problems, report } = run(`  - ${test}`);
    expect(problems.map((problem) => problem.message)).toContain(message);
    expect(problems[0]).toMatchObject({ file: 'clinic.test.yaml', line: 3, severity: 'error' });
    expect(report.results.filter((result) => result.failures.length === 0)).toEqual([]);
  });

  it('Y01: reports one faulty case among others that pass', () => {
    const { problems } = run(
      '  - { name: x, as: nurse, for: care, show: { Visit.unit: deny } }\n  - { name: y, as: nurse, for: care, show: {} }',
    );
    expect(problems).toMatchObject([{ line: 4, column: 44, message: '"show" is empty.' }]);
  });

  it.each([
    ['show: { Visit.unti: deny }', 'There is no field "Visit.unti".', 'Did you mean "Visit.unit"?'],
    [
      'show: { "Visit.{unit,servce}": deny }',
      'There is no field "Visit.servce".',
      'Did you mean "Visit.service"?',
    ],
    [
      'show: { "Person.visits(form:)": deny }',
      'There is no field "Person.visits(form:)".',
      'Did you mean "Person.visits(from:)"?',
    ],
    [
      'show: { Path.clinic: deny }',
      '"Path.clinic" is shown to no client, whatever a policy says.',
      'Expect what',
    ],
    ['show: { Visit.startedAt: { mask: yaer } }', 'There is no mask "yaer".', 'Did you mean "year"?'],
    [
      'derive: { Scor: { Visit.diagnosis: deny } }',
      'There is no derived type "Scor".',
      'Did you mean "Score"?',
    ],
    [
      'derive: { Score: { Visit.unit: deny } }',
      'Score is not made of "Visit.unit".',
      'It uses: Visit.diagnosis.',
    ],
    ['withheld: { Path: [clinik] }', 'Path uses nothing from "clinik".', 'Did you mean "clinic"?'],
    ['given: { Paths: [clinic] }', 'There is no derived type "Paths".', 'Did you mean "Path"?'],
    [
      'when: [care-relationshp], show: { Visit.unit: deny }',
      'There is no condition "care-relationshp".',
      'Did you mean "care-relationship"?',
    ],
    [
      'when: [minor, adult], show: { Visit.unit: deny }',
      'Nobody is "minor" and "adult" at once.',
      'Make two cases.',
    ],
    [
      'on: 2026-02-30, show: { Visit.unit: deny }',
      'There is no date "2026-02-30".',
      'Write a date as 2027-12-31.',
    ],
    ['permit: p-1, show: { Visit.unit: deny }', 'There is no permit "p-1".', 'Known: none.'],
    [
      'query: Visit.unit, answer: { refused: [Visit.unti] }',
      'The query does not ask for "Visit.unti".',
      'Did you mean "Visit.unit"?',
    ],
    [
      'query: Query.__typename, answer: allow',
      'The query asks for nothing that a policy governs.',
      'Ask for a field.',
    ],
    [
      'query: nothing, answer: allow',
      'The graph cannot answer the query: There is no such field.',
      undefined,
    ],
  ])('Y02: accepts only names of the policy and the graph: %s', (more, message, fix) => {
    const { problems, report } = run(`  - { name: x, as: nurse, for: care, ${more} }`);
    expect(problems).toMatchObject([{ line: 3, severity: 'error', message }]);
    expect(problems[0]!.column).toBeGreaterThan(35);
    expect(problems[0]!.fix?.slice(0, 11)).toBe(fix?.slice(0, 11));
    expect(report.results[0]!.failures).not.toEqual([]);
  });

  it.each([
    ['as: nurze, for: care', 'There is no role "nurze".'],
    ['as: [nurse, nurze], for: care', 'There is no role "nurze".'],
    ['as: nurse, for: cares', 'There is no purpose "cares".'],
  ])('Y02: reports a caller who does not exist: %s', (requester, message) => {
    const { problems } = run(`  - { name: x, ${requester}, show: { Visit.unit: deny } }`);
    expect(problems).toMatchObject([{ line: 3, severity: 'error', message }]);
  });

  it('Y02: reports a recipient that nearly matches a grant, and accepts any other organisation', () => {
    const ofOne = policyOf('show: { Visit.service: allow }, recipients: [clinic-one]');
    const test = (recipient: string) =>
      run(
        `  - { name: x, as: nurse, for: care, recipient: ${recipient}, show: { Visit.service: deny } }`,
        ofOne,
      );
    expect(test('clinic-oen').problems).toMatchObject([{ message: expect.stringContaining('"clinic-oen"') }]);
    expect(test('elsewhere').problems).toEqual([]);
    expect(test('elsewhere').report.results[0]!.failures).toEqual([]);
  });

  it.each([
    ['registry: clinik', 'There is no registry "clinik".'],
    ['registry: school', 'clinic.test.yaml holds tests of "school".'],
  ])('Y02: holds tests only of the registry in its name: %s', (line, message) => {
    const text = `${line}\ncases:\n  - { name: x, as: nurse, for: care, show: { Visit.unit: deny } }`;
    const { problems } = runPolicyTests(byYear, [{ file: 'clinic.test.yaml', text }], noQueries, someDay);
    expect(problems).toMatchObject([{ line: 1, column: 11, message }]);
  });

  it.each([
    ['', 'The file should be'],
    ['registry: clinic\n', 'The file lacks "cases".'],
    ['registry: clinic\ncases: []\n', '"cases" is an empty list.'],
    ['registry: clinic\ncases:\n', '"cases" should be a list, but is empty.'],
    ['- a\n', 'The file should be'],
  ])('Y01: reports a file without cases: %j', (text, message) => {
    const { problems } = runPolicyTests(byYear, [{ file: 'clinic.test.yaml', text }], noQueries, someDay);
    expect(problems.map((problem) => problem.message.slice(0, message.length))).toContain(message);
  });

  it('Y02: reports two cases of one name', () => {
    const test = '  - { name: x, as: nurse, for: care, show: { Visit.unit: deny } }';
    expect(run(`${test}\n${test}`).problems).toMatchObject([
      { line: 4, message: 'The name "x" is already used in line 3.' },
    ]);
  });

  it('treats a record of the last three years as one of the last five', () => {
    const policy = policyOf('show: { Visit.service: allow }, when: [within-years(5)]');
    const test = (years: number, effect: string) =>
      run(
        `  - { name: x, as: nurse, for: care, when: [within-years(${years})], show: { Visit.service: ${effect} } }`,
        policy,
      ).report.results[0]!.failures;
    expect([test(3, 'allow'), test(5, 'allow'), test(6, 'deny')]).toEqual([[], [], []]);
  });

  it('lists rules that no case covers', () => {
    const { report } = run('  - { name: nothing, as: nurse, for: care, show: { Visit.startedAt: deny } }');
    expect(report.coverage).toContainEqual(expect.objectContaining({ id: 'clinic/care', covered: false }));
    expect(formatPolicyTests(report)).toContain('No case covers the grant clinic/care, clinic.yaml:14.');
  });

  it.each([
    ['a field that is shown', 'when: [care-relationship], show: { Visit.startedAt: { mask: year } }'],
    ['what a path is given', 'given: { Path: [clinic] }'],
    ['what a score may take', 'derive: { Score: { Visit.diagnosis: allow } }'],
    ['a field of a path', 'show: { Step.service: allow }'],
    ['a whole query', 'query: Visit.service Step.service, answer: allow'],
    ['an argument', 'show: { "Person.visits(from:)": allow }'],
  ])('Y09: covers a grant when a case fails without it: %s', (_, expected) => {
    const policy = policyOf(
      `show: { Person.visits: allow, Visit.startedAt: allow, Visit.service: allow },
      derive: { Path: [Visit.service, Visit.startedAt, Visit.unit], Score: [Visit.diagnosis] } }
  - { id: masked, purposes: [care], roles: [nurse], basis: [x], when: [own-data], show: { Visit.unit: allow } }
  - { id: idle, purposes: [care], roles: [nurse], basis: [x], show: { Visit.diagnosis: allow }`,
    );
    const { report, problems } = run(
      `  - { name: x, as: nurse, for: care, ${expected.replace('{ mask: year }', 'allow')} }`,
      policy,
    );
    expect(problems).toEqual([]);
    expect(report.results.map((result) => result.failures)).toEqual([[]]);
    const covered = (id: string) => report.coverage.find((rule) => rule.id === `clinic/${id}`)!.covered;
    expect(['care', 'masked', 'idle'].map(covered)).toEqual([true, false, false]);
  });

  it('Y09: covers neither of two grants of one field when either passes the case', () => {
    const policy = policyOf(`show: { Visit.service: allow } }
  - { id: other, purposes: [care], roles: [nurse], basis: [x], show: { Visit.service: allow }`);
    const { report } = run('  - { name: x, as: nurse, for: care, show: { Visit.service: allow } }', policy);
    expect(report.coverage.filter((rule) => rule.covered)).toEqual([]);
    expect(formatPolicyTests(report)).toContain('No case covers the grant clinic/other');
  });

  it('Y09: covers no grant by a case that fails', () => {
    const { report } = run('  - { name: x, as: nurse, for: care, show: { Visit.service: { mask: year } } }');
    expect(report.coverage.find((rule) => rule.id === 'clinic/care')!.covered).toBe(false);
  });

  it('Y09: covers a prohibition when a case expects the denial of what it prohibits', () => {
    const text = `
grants:
  - { id: care, purposes: [care], roles: [nurse], basis: [x], show: { Visit.service: allow } }
prohibitions:
  - { id: service, purposes: [care], fields: [Visit.service] }
  - { id: both, purposes: [care], fields: [Visit.service, Visit.unit] }
  - { id: unit, purposes: [care], fields: [Visit.diagnosis] }
`;
    const { report } = run(
      '  - { name: x, as: nurse, for: care, show: { Visit.service: deny } }',
      cityPolicy({ 'clinic.yaml': text }),
    );
    const covered = report.coverage.filter((rule) => rule.covered).map((rule) => rule.id);
    expect(covered).toEqual(['clinic/service', 'clinic/both']);
  });

  it('reports a wrong form with its place', () => {
    const { problems } = run('  - { name: x, as: nurse, for: care }');
    expect(problems).toMatchObject([{ line: 3, message: 'Item 1 of "cases" expects nothing.' }]);
  });
});
