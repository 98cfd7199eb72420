/**
 * @property registries/restricted-rows Rows of erased people, and of restricted people for everybody else,
 * appear in no field, feed, filter, page or condition of their registry.
 * @enforcedBy registry-kit/restrictions/restrictions.ts, registry-kit/enforcement/enforce.ts,
 * registry-kit/enforcement/guardFeed.ts, registry-kit/enforcement/requestAccess.ts
 * @property registries/rough-counts
 */
import { describe, expect, it } from '@jest/globals';
import { formatDay, today } from '../../lib/calendar.js';
import { type HealthCase, healthSubgraph } from './healthSubgraph.js';

const policy = `grants:
  - id: care
    purposes: [care]
    roles: [clinician]
    basis: [x]
    when: [not-objected]
    show: { Person.healthContacts: allow, 'HealthContact.*': allow }
    derive:
      ServicePath: ['HealthContact.{service,startedAt,endedAt,unit}']
      FamilyServicePath: ['HealthContact.{service,startedAt,endedAt,unit}']
      PersonPage: [Person.healthContacts]
  - id: own
    purposes: [data-subject]
    roles: [resident]
    basis: [x]
    when: [own-data]
    show: { Person.healthContacts: allow, 'HealthContact.*': allow }
    derive: { ServicePath: ['HealthContact.{service,startedAt,endedAt,unit}'] }
`;

const contact = { start: '2015-03-04', service: 'T11', unit: 'U-1' };
const world: HealthCase = {
  policy,
  contacts: [
    { person: 7, id: 1n, ...contact },
    { person: 7, id: 2n, ...contact, service: 'T12' },
    { person: 8, id: 3n, ...contact },
  ],
  careRelationships: [7, 8].map((person) => ({ person, employee: 'H-1', start: '2010-01-01' })),
};
const asResident = (person: number): Partial<HealthCase> => ({
  purpose: 'data-subject',
  caller: { roles: ['resident'], purposes: ['data-subject'] },
  context: { person },
});

const MEMBERS = {
  state: 'data',
  columns: { person: { type: 'Uint32Array', base64: base64([7, 8]) } },
};
const PAGE = { __typename: 'PersonPage', first: 10, after: null };

/**
 * Everything that the registry shows, by every path: two persons, their family, my clients, and the number of
 * rows.
 */
async function answersUnder(marks: HealthCase['marks'], more: Partial<HealthCase> = {}) {
  const ask = await healthSubgraph({ ...world, marks: marks ?? {}, ...more });
  const list = async (id: number, argument = '', variables = {}) =>
    (await ask(
      { __typename: 'Person', id },
      `healthContacts${argument} { id service { code } startedAt unit { code } }`,
      variables,
    )) as {
      healthContacts: { service: string }[];
    };
  const feed = async (representation: object) =>
    ((await ask(representation, 'health')) as { health: { state: string; columns?: Columns } }).health;
  const path = { from: null, until: null };
  return {
    lists: [await list(7), await list(8)],
    filtered: await list(7, '(services: $services)', { services: ['T12'] }),
    paths: [
      await feed({ __typename: 'ServicePath', person: 7, ...path }),
      await feed({ __typename: 'ServicePath', person: 8, ...path }),
    ],
    family: await feed({ __typename: 'FamilyServicePath', family: 1, ...path, members: MEMBERS }),
    clients: await feed(PAGE),
    rows: numbersIn(await feed({ __typename: 'Registry', name: 'health' }), 'rows'),
  };
}

/** The same world without a person. */
const without = (person: number): Partial<HealthCase> => ({
  contacts: world.contacts!.filter((row) => row.person !== person),
  careRelationships: world.careRelationships!.filter((row) => row.person !== person),
});

const long = { start: '2020-01-01' };

describe('erasure', () => {
  const erased = { erasure: [{ person: 7, ...long }] };

  it('gives, by every path, the answers of a registry that never had rows of the person', async () => {
    expect(await answersUnder(erased)).toEqual(await answersUnder({}, without(7)));
    expect(await answersUnder(erased)).not.toEqual(await answersUnder({}));
  });

  it('applies to every caller, the person included', async () => {
    expect(await answersUnder(erased, asResident(7))).toEqual(
      await answersUnder({}, { ...without(7), ...asResident(7) }),
    );
    expect((await answersUnder({}, asResident(7))).lists[0]!.healthContacts).toHaveLength(2);
  });

  it('is not lifted by break-glass', async () => {
    const breaking = { context: { breakGlass: 'unconscious at the scene' } };
    expect(await answersUnder(erased, breaking)).toEqual(
      await answersUnder({}, { ...without(7), ...breaking }),
    );
  });
});

describe('the number of contacts that a registry reports', () => {
  const erased = { erasure: [{ person: 7, ...long }] };

  it('G11: is the same before an erasure, after it and after the extraction without the rows', async () => {
    // The person has two of them.
    for (const counted of [3, 5_432, 30_451]) {
      const before = await answersUnder({}, { counted });
      const marked = await answersUnder(erased, { counted });
      const extracted = await answersUnder(erased, { ...without(7), counted: counted - 2 });
      expect([marked.rows, extracted.rows]).toEqual([before.rows, before.rows]);
    }
    expect((await answersUnder({}, { counted: 30_451 })).rows).toEqual([30_000]);
  });
});

describe('restriction', () => {
  const restricted = { restriction: [{ person: 7, ...long }] };

  it('gives other callers the answers of a registry without rows of the person', async () => {
    expect(await answersUnder(restricted)).toEqual(await answersUnder({}, without(7)));
  });

  it('shows the person all of their own data', async () => {
    const all = await answersUnder({}, asResident(7));
    expect(await answersUnder(restricted, asResident(7))).toEqual(all);
    expect(all.lists[0]!.healthContacts).toHaveLength(2);
    expect((await answersUnder(restricted, asResident(8))).lists[0]).toEqual({ healthContacts: [] });
  });

  it.each([
    ['begins ahead', { start: formatDay(today() + 1) }],
    ['is over', { start: '2020-01-01', end: formatDay(today() - 1) }],
  ])('withholds nothing when it %s', async (_when, days) => {
    expect(await answersUnder({ restriction: [{ person: 7, ...days }] })).toEqual(await answersUnder({}));
  });

  it('withholds on its first and its last day', async () => {
    const now = formatDay(today());
    const marks = { restriction: [{ person: 7, start: now, end: now }] };
    expect((await answersUnder(marks)).lists[0]).toEqual({ healthContacts: [] });
  });
});

describe('objection', () => {
  it('hides data that policy shows only for people who have not objected', async () => {
    const answers = await answersUnder({ objection: [{ person: 7, ...long }] });
    const expected = await answersUnder({}, { objections: [{ person: 7, ...long }] });
    expect({ ...answers, rows: [] }).toEqual({ ...expected, rows: [] });
    expect(answers.lists[0]).toEqual({ healthContacts: [] });
    expect(answers.lists[1]!.healthContacts).toHaveLength(1);
  });

  it('applies from its first day', async () => {
    const ahead = { objection: [{ person: 7, start: formatDay(today() + 1) }] };
    expect(await answersUnder(ahead)).toEqual(await answersUnder({}));
  });
});

describe('non-disclosure', () => {
  const marks = { 'non-disclosure': [{ person: 7, ...long }] };

  it('withholds places as a mark of the population register does', async () => {
    const marked = await answersUnder({}, { populationMarks: marks });
    expect(marked).toEqual(await answersUnder({}, { shields: [{ person: 7, ...long }] }));
    expect(marked.lists[0]!.healthContacts).toEqual(Array(2).fill(expect.objectContaining({ unit: null })));
    expect(marked.lists[1]!.healthContacts).toEqual([expect.objectContaining({ unit: 'U-1' })]);
  });

  it('withholds places of the people who live with the person, too', async () => {
    const memberships = [7, 8].map((person) => ({ person, family: 1, role: 'parent', start: '2010-01-01' }));
    const marked = await answersUnder({}, { populationMarks: marks, memberships });
    expect(marked).toEqual(
      await answersUnder({}, { shields: [7, 8].map((person) => ({ person, ...long })) }),
    );
  });
});

describe('a mark of the population register', () => {
  const ofMinors = policy.replace('when: [not-objected]', 'when: [minor]');
  const persons = [{ person: 7, adultFrom: '2999-01-01', birthYear: 2981 }];

  it.each(['erasure', 'restriction'])('%s reveals no age to other registries', async (kind) => {
    const shown = await answersUnder({}, { policy: ofMinors, persons });
    const marked = { policy: ofMinors, persons, populationMarks: { [kind]: [{ person: 7, ...long }] } };
    expect(shown.lists[0]!.healthContacts).toHaveLength(2);
    expect((await answersUnder({}, marked)).lists[0]).toEqual({ healthContacts: [] });
  });

  it('hides no rows of another registry', async () => {
    const populationMarks = { erasure: [{ person: 7, ...long }], restriction: [{ person: 8, ...long }] };
    expect(await answersUnder({}, { populationMarks })).toEqual(await answersUnder({}));
  });
});

type Columns = Readonly<Record<string, { readonly base64: string }>>;

function numbersIn({ columns }: { columns?: Columns }, name: string): number[] {
  const bytes = Buffer.from(columns![name]!.base64, 'base64');
  return [...new Float64Array(new Uint8Array(bytes).buffer)];
}

function base64(persons: readonly number[]): string {
  return Buffer.from(Uint32Array.from(persons).buffer).toString('base64');
}
