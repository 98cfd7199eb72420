/**
 * @property registries/field-policy Every field resolver and feed of a registry obeys its owner's policy, and
 * masks a value before it leaves.
 * @enforcedBy registry-kit/enforcement/enforce.ts, registry-kit/enforcement/guardFeed.ts
 * @property registries/conditions
 * @property registries/exact-arguments Arguments test a field no more exactly than the policy shows it.
 * @enforcedBy registry-kit/contacts/period.ts, registry-kit/contacts/selectRows.ts,
 * registry-kit/enforcement/enforce.ts
 * @property registries/withheld-by-policy `withheld` follows from policy and never from rows.
 * @enforcedBy registry-kit/enforcement/guardFeed.ts
 */
import { describe, expect, it } from '@jest/globals';
import { formatPartialDay } from '../../lib/partialDate.js';
import { type HealthCase, healthSubgraph } from './healthSubgraph.js';

const grant = (lines: string) =>
  `grants:\n  - id: care\n    purposes: [care]\n    roles: [clinician]\n    basis: [703/2023]\n${lines.replaceAll(/^/gm, '    ')}`;
const whole = grant("show: { Person.healthContacts: allow, 'HealthContact.*': allow }");
const withCare = grant(
  "when: [care-relationship]\nshow: { Person.healthContacts: allow, 'HealthContact.*': allow }",
);
const unlessObjected = grant(
  "when: [not-objected]\nshow: { Person.healthContacts: allow, 'HealthContact.*': allow }",
);

const visit = {
  person: 7,
  id: 10n,
  start: '2016-03-14',
  end: '2016-03-20',
  service: 'T11',
  unit: 'U',
  diagnosis: 'J06.9',
  urgency: '2',
};
const older = { person: 7, id: 11n, start: '2015-11-02', service: 'T12', unit: 'U', diagnosis: 'F32.1' };
const contacts = [visit, older];

const PERSON = { __typename: 'Person', id: 7 };
const ALL =
  'healthContacts { service { code } startedAt endedAt unit { code } diagnosis { code } urgency { code } }';

const ask = async (given: HealthCase, selection = ALL, variables = {}) =>
  (await (
    await healthSubgraph(given)
  )(PERSON, selection, variables)) as { healthContacts: Record<string, unknown>[] | null };

describe('fields of a registry', () => {
  it('answer shown values, in the order of their dates', async () => {
    const { healthContacts } = await ask({ policy: whole, contacts });
    expect(healthContacts).toEqual([
      {
        service: 'T12',
        startedAt: '2015-11-02',
        endedAt: null,
        unit: 'U',
        diagnosis: 'F32.1',
        urgency: null,
      },
      {
        service: 'T11',
        startedAt: '2016-03-14',
        endedAt: '2016-03-20',
        unit: 'U',
        diagnosis: 'J06.9',
        urgency: '2',
      },
    ]);
  });

  it('answer nothing when no grant shows them', async () => {
    expect(await ask({ policy: 'grants: []', contacts })).toEqual({ healthContacts: null });
    expect(await ask({ policy: whole, contacts, purpose: 'benefit' })).toEqual({ healthContacts: null });
    expect(await ask({ policy: whole, contacts, caller: { roles: ['educator'] } })).toEqual({
      healthContacts: null,
    });
  });

  it('answer null one by one when only some are shown', async () => {
    const policy = grant('show: { Person.healthContacts: allow, HealthContact.service: allow }');
    const { healthContacts } = await ask({ policy, contacts: [visit] });
    expect(healthContacts).toEqual([
      { service: 'T11', startedAt: null, endedAt: null, unit: null, diagnosis: null, urgency: null },
    ]);
  });

  it('are masked before they leave the registry', async () => {
    const policy = grant(
      "show: { Person.healthContacts: allow, 'HealthContact.{startedAt,endedAt}': { mask: year }, HealthContact.diagnosis: { mask: icd10-chapter } }",
    );
    const { healthContacts } = await ask(
      { policy, contacts: [visit] },
      'healthContacts { startedAt endedAt diagnosis { code } }',
    );
    expect(healthContacts).toEqual([{ startedAt: '2016', endedAt: '2016', diagnosis: 'J00-J99' }]);
  });

  it('are refused when a request asks for more lists than an answer may have, even empty ones', async () => {
    const lists = Array.from(
      { length: 100 },
      (_, index) => `a${index}: healthContacts { service { code } }`,
    ).join(' ');
    const answer = await healthSubgraph({ policy: whole, contacts: [] });
    await expect(answer(PERSON, lists, {}, 1_001)).rejects.toThrow('more than 100000 objects');
  });
});

describe('the condition care-relationship', () => {
  it.each([
    ['the employee', { employee: 'H-1', start: '2010-01-01' }, 2],
    ['a unit of the caller', { unit: 'U-1', start: '2010-01-01' }, 2],
    ['another employee of the unit', { employee: 'H-2', unit: 'U-1', start: '2010-01-01' }, 0],
    ['another unit', { unit: 'U-2', start: '2010-01-01' }, 0],
    ['the employee, until some day', { employee: 'H-1', start: '2010-01-01', end: '2015-01-01' }, 0],
    ['the employee, from some day to come', { employee: 'H-1', start: '2999-01-01' }, 0],
  ])('shows this many contacts by a relationship with %s', async (_whom, relationship, shown) => {
    const { healthContacts } = await ask({
      policy: withCare,
      contacts,
      careRelationships: [{ person: 7, ...relationship }],
    });
    expect(healthContacts).toHaveLength(shown);
  });

  it('is tested for each data subject: the relationship of another person opens nothing', async () => {
    const { healthContacts } = await ask({
      policy: withCare,
      contacts,
      careRelationships: [{ person: 8, employee: 'H-1', start: '2010-01-01' }],
    });
    expect(healthContacts).toEqual([]);
  });
});

describe('the condition not-objected', () => {
  it('hides data from the day on which the person objects to disclosure', async () => {
    const shown = async (start: string) =>
      (await ask({ policy: unlessObjected, contacts, objections: [{ person: 7, start }] })).healthContacts;
    expect(await shown('2014-05-01')).toEqual([]);
    expect(await shown('2999-01-01')).toHaveLength(2);
  });
});

describe('arguments', () => {
  const inPeriod = (given: HealthCase, variables: object) =>
    ask(
      given,
      `healthContacts(${Object.keys(variables)
        .map((name) => `${name}: $${name}`)
        .join(', ')}) { service { code } }`,
      variables,
    );

  it('filter by dates and services', async () => {
    const services = async (variables: object) =>
      (await inPeriod({ policy: whole, contacts }, variables)).healthContacts!.map(({ service }) => service);
    expect(await services({ from: '2016-03-15' })).toEqual(['T11']);
    expect(await services({ from: '2016-03-21' })).toEqual([]);
    expect(await services({ from: '2015-11-02', until: '2016-03-13' })).toEqual(['T12']);
    expect(await services({ until: '2015-11-01' })).toEqual([]);
    expect(await services({ services: ['T11', 'T99'] })).toEqual(['T11']);
  });

  it('test dates no more exactly than they are shown', async () => {
    const policy = grant(
      "show: { Person.healthContacts: allow, HealthContact.service: allow, 'HealthContact.{startedAt,endedAt}': { mask: year } }",
    );
    const services = async (variables: object) =>
      (await inPeriod({ policy, contacts }, variables)).healthContacts!.map(({ service }) => service);
    for (const day of ['2016-01-01', '2016-03-15', '2016-12-31'])
      expect(await services({ from: day })).toEqual(['T11']);
    for (const day of ['2015-01-01', '2015-11-01', '2015-12-31'])
      expect(await services({ until: day })).toEqual(['T12']);
  });

  it('are refused when they test a hidden field', async () => {
    const policy = grant('show: { Person.healthContacts: allow, HealthContact.urgency: allow }');
    expect(await inPeriod({ policy, contacts }, { from: '2016-01-01' })).toEqual({ healthContacts: null });
    expect(await inPeriod({ policy, contacts }, { services: ['T11'] })).toEqual({ healthContacts: null });
  });
});

describe('a feed', () => {
  const PATH = { __typename: 'ServicePath', person: 7, from: null, until: null };
  const feed = async (given: HealthCase) =>
    (
      (await (
        await healthSubgraph(given)
      )(PATH, 'health')) as { health: { state: string; columns?: Record<string, unknown> } }
    ).health;
  const derive = (lines: string) =>
    grant(`${lines}\nderive: { ServicePath: ['HealthContact.{service,startedAt,endedAt,unit}'] }`);
  const shown = "show: { 'HealthContact.{service,startedAt,endedAt,unit}': allow }";

  it('is withheld when its owner has not released it to the derived type', async () => {
    expect(await feed({ policy: whole, contacts })).toEqual({ state: 'withheld' });
  });

  it('is withheld when the fields that it exposes are not shown', async () => {
    expect(await feed({ policy: derive('show: { HealthContact.service: allow }'), contacts })).toEqual({
      state: 'withheld',
    });
  });

  it('holds the released values, each under its mask', async () => {
    const policy = derive(
      "show: { 'HealthContact.{service,unit}': allow, 'HealthContact.{startedAt,endedAt}': { mask: year } }",
    );
    const { state, columns } = await feed({ policy, contacts });
    expect(state).toBe('data');
    expect(columns!['service']).toEqual(['T12', 'T11']);
    expect(dates(columns!['startedAt'])).toEqual(['2015', '2016']);
    expect(dates(columns!['endedAt'])).toEqual([null, '2016']);
  });

  it('leaves optional columns empty when they are not shown', async () => {
    const { columns } = await feed({
      policy: derive("show: { 'HealthContact.{service,startedAt}': allow }"),
      contacts,
    });
    expect(columns!['unit']).toEqual([null, null]);
    expect(dates(columns!['endedAt'])).toEqual([null, null]);
  });

  it('silently drops rows of persons whose conditions do not hold', async () => {
    const policy = derive(`when: [care-relationship]\n${shown}`);
    const { state, columns } = await feed({ policy, contacts });
    expect(state).toBe('data');
    expect(columns!['service']).toEqual([]);
  });

  it('is not a field for clients: no other field of the derived type answers', async () => {
    const answer = await (
      await healthSubgraph({ policy: derive(shown), contacts })
    )(PATH, '__typename person');
    expect(answer).toEqual({ __typename: 'ServicePath', person: 7 });
  });
});

function dates(column: unknown): (string | null)[] {
  const { base64 } = column as { base64: string };
  return Array.from(new Int32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer), formatPartialDay);
}
