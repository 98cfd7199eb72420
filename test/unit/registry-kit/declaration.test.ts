import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildFederatedSchema } from '../../../lib/buildFederatedSchema.js';
import { parseDeclaration, readDeclaration } from '../../../registry-kit/declared/declaration.js';
import { declareRegistry } from '../../../registry-kit/declared/declareRegistry.js';

const CLINIC = `registry: clinic
tables:
  contacts:
    description: Encounters.
    columns:
      reason: { kind: code, codes: icd-10, filter: reasons, optional: true, description: Why. }
      cost: { kind: number, filter: costs }
  diagnoses:
    of: contacts
    type: ClinicDiagnosis
    description: Diagnoses made in it.
    columns: { id: { kind: record }, code: { kind: code, list: codes } }
  findings:
    of: diagnoses
    type: ClinicFinding
    description: What it was found by.
    columns: { value: { kind: number, optional: true } }
  plans:
    type: ClinicPlan
    field: clinicPlans
    description: Plans of care.
    columns: { end: { kind: day, optional: true }, unit: { kind: code } }
factors:
  rows:
    visits: { of: contacts, label: { fi: a, en: visits, sv: c } }
    mental: { of: contacts, where: { reason: ['F*'] }, label: { fi: a, en: mental visits, sv: c } }
    costly: { of: contacts, where: { cost: { atLeast: 100 } }, label: { fi: a, en: costly visits, sv: c } }
    plans: { of: plans, label: { fi: a, en: plans, sv: c } }
  child:
    - { count: mental, months: [12, ever] }
    - { sum: { column: cost, of: visits, label: { fi: a, en: euros, sv: c } }, months: [12] }
    - { since: visits }
    - { trend: visits }
    - { ongoing: plans }
    - { together: [mental, costly] }
    - { variety: { id: kinds, of: [mental, costly], label: { fi: a, en: kinds, sv: c } }, months: [36] }
  parents:
    - { mean: { column: cost, of: costly, label: { fi: a, en: euros, sv: c } }, months: [12] }
`;

const parse = (text: string) => declareRegistry(parseDeclaration(text, 'registry.yaml'));

describe('a declared registry', () => {
  it('has the types, fields and arguments that follow from its tables', async () => {
    const { schema } = await buildFederatedSchema(parse(CLINIC).module);
    const fields = (type: string) =>
      Object.values(
        (schema.getType(type) as { getFields(): Record<string, unknown> } | undefined)!.getFields(),
      ).map((field) => {
        const { name, type: of, args } = field as { name: string; type: unknown; args: { name: string }[] };
        return `${name}${args.length > 0 ? `(${args.map((arg) => arg.name).join(' ')})` : ''}: ${String(of)}`;
      });
    expect(fields('Person')).toEqual([
      'id: PersonID!',
      'clinicContacts(from until services): [ClinicContact!]',
      'clinicPlans(from until): [ClinicPlan!]',
    ]);
    expect(fields('ClinicContact')).toEqual([
      'id: ContactID!',
      'startedAt: PartialDate',
      'endedAt: PartialDate',
      'service: Coding',
      'unit: Coding',
      'reason: Coding',
      'cost: Float',
      'diagnoses: [ClinicDiagnosis!]',
    ]);
    expect(fields('ClinicDiagnosis')).toEqual([
      'startedAt: PartialDate',
      'id: ContactID!',
      'code: Coding',
      'findings: [ClinicFinding!]',
    ]);
    expect(fields('ClinicFinding')).toEqual(['startedAt: PartialDate', 'value: Float']);
    expect(fields('ClinicPlan')).toEqual(['startedAt: PartialDate', 'endedAt: PartialDate', 'unit: Coding']);
  });

  it('has a criterion for each table, which names every field on the way to a row', () => {
    const { criteria = {} } = parse(CLINIC);
    expect(Object.keys(criteria)).toEqual([
      'clinicContacts',
      'clinicDiagnoses',
      'clinicFindings',
      'clinicPlans',
    ]);
    expect(Object.keys(criteria['clinicContacts']!.arguments)).toEqual([
      'services',
      'reasons',
      'costs',
      'from',
      'until',
      'atLeast',
    ]);
    expect(criteria['clinicFindings']!.tests({})).toEqual([
      'Person.clinicContacts',
      'ClinicContact.diagnoses',
      'ClinicDiagnosis.findings',
    ]);
  });

  it('has the factors that it lists, each with the fields that it reveals', () => {
    const { features = [] } = parse(CLINIC);
    expect(features.map(({ id }) => id)).toEqual([
      'clinic.child.mental.12m',
      'clinic.child.mental.ever',
      'clinic.child.visits.cost.12m',
      'clinic.child.visits.since',
      'clinic.child.visits.trend',
      'clinic.child.plans.ongoing',
      'clinic.child.mental+costly',
      'clinic.child.kinds.36m',
      'clinic.parents.costly.costMean.12m',
    ]);
    expect(features[0]!.reads).toEqual([
      'Person.clinicContacts',
      'ClinicContact.startedAt',
      'ClinicContact.reason',
    ]);
    expect(features[0]!.label.en).toBe('child: mental visits in 12 months');
  });
});

describe('registry.yaml', () => {
  const contacts = 'registry: clinic\ntables:\n  contacts: { description: d }\n';
  it.each([
    ['no contacts', 'registry: clinic\ntables: {}', 'registry.yaml:2:9: tables lacks "contacts".'],
    [
      'a column of text',
      'registry: clinic\ntables: { contacts: { description: d, columns: { note: { kind: text } } } }',
      'kind must be one of: day, partial-day, code, number, record',
    ],
    ['an unknown key', `${contacts}table: x`, '"table" is not known here. Did you mean "tables"?'],
    [
      'a column that every contact has',
      'registry: clinic\ntables: { contacts: { description: d, columns: { unit: { kind: code } } } }',
      'Every contact has "unit"',
    ],
    ['a table without a type', `${contacts}  plans: { description: d }`, '"plans" needs "type"'],
    [
      'rows of a table that does not exist',
      `${contacts}  plans: { type: Plan, of: contact, description: d }`,
      'There is no table "contact". Did you mean "contacts"?',
    ],
    [
      'rows of rows without an id',
      `${contacts}  plans: { type: Plan, description: d }\n  goals: { type: Goal, of: plans, description: d }`,
      'The rows of "plans" have no id',
    ],
    [
      'tables that have each other',
      `${contacts}  a: { type: A, of: b, description: d, columns: { id: { kind: record } } }\n  b: { type: B, of: a, description: d, columns: { id: { kind: record } } }`,
      'a -> b -> a',
    ],
    [
      'one type for two tables',
      `${contacts}  plans: { type: ClinicContact, description: d }`,
      '"ClinicContact" is already the type of "contacts"',
    ],
    [
      'one field for two tables',
      `${contacts}  plans: { type: Plan, field: clinicContacts, description: d }`,
      '"clinicContacts" is already the field of "contacts"',
    ],
    [
      'a list of numbers',
      'registry: clinic\ntables: { contacts: { description: d, columns: { cost: { kind: number, list: costs } } } }',
      '"list" is for codes',
    ],
    [
      'one argument for two columns',
      'registry: clinic\ntables: { contacts: { description: d, columns: { a: { kind: code, filter: x }, b: { kind: code, filter: x } } } }',
      '"x" is already an argument',
    ],
    [
      'an end that is no day',
      `${contacts}  plans: { type: Plan, description: d, columns: { end: { kind: code } } }`,
      'A column "end" is of kind day',
    ],
    [
      'a factor of an unknown kind',
      `${contacts}factors: { rows: { visits: { of: contacts, label: { fi: a, en: a, sv: a } } }, child: [{ since: visit }] }`,
      'There is no kind of rows "visit". Did you mean "visits"?',
    ],
    [
      'a factor of a contact that goes on',
      `${contacts}factors: { rows: { visits: { of: contacts, label: { fi: a, en: a, sv: a } } }, child: [{ ongoing: visits }] }`,
      'contacts do not',
    ],
    [
      'a factor without its window',
      `${contacts}factors: { rows: { visits: { of: contacts, label: { fi: a, en: a, sv: a } } }, child: [{ count: visits }] }`,
      '"count" needs "months"',
    ],
    [
      'a factor twice',
      `${contacts}factors: { rows: { visits: { of: contacts, label: { fi: a, en: a, sv: a } } }, child: [{ since: visits }, { since: visits }] }`,
      'declared twice',
    ],
    [
      'a test of a column that does not exist',
      `${contacts}factors: { rows: { visits: { of: contacts, where: { servise: [T1] }, label: { fi: a, en: a, sv: a } } } }`,
      'There is no column "servise". Did you mean "service"?',
    ],
  ])('is refused with %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'REGISTRY_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it('is refused with every fault at once, each with its place', () => {
    const text =
      'registry: clinic\ntables:\n  contacts:\n    description: d\n    columns:\n      unit: { kind: code }\n  plans: { description: d }';
    expect(() => parse(text)).toThrow(/registry\.yaml:6:\d+: .*\nregistry\.yaml:7:\d+: /);
  });

  it('is missed where the folder has none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polku-declared-'));
    await expect(readDeclaration(folder)).rejects.toMatchObject({ code: 'REGISTRY_INVALID' });
    await rm(folder, { recursive: true });
  });
});
