/**
 * @property registries/permit-population The pages of a research permit's holder have the people of its
 * population whose contacts the owner grants, each once, and nobody else.
 * @enforcedBy registry-kit/feeds/personPageFeed.ts, registry-kit/enforcement/requestAccess.ts,
 * registry-kit/enforcement/guardFeed.ts
 */
import { describe, expect, it } from '@jest/globals';
import { stableShuffle } from '../../registry-kit/enforcement/stableShuffle.js';
import { type HealthCase, healthSubgraph } from './healthSubgraph.js';

const policy = `grants:
  - id: research
    purposes: [research]
    roles: [researcher]
    permit: required
    basis: [x]
    when: [not-objected]
    show: { Person.healthContacts: allow }
    derive: { PersonPage: [Person.healthContacts] }
`;
const permitFor = (population: string) => `permits:
  - number: p-1
    recipient: university
    purpose: research
    basis: [552/2019 §44]
    valid: { from: 2020-01-01, until: 2035-12-31 }
    fields: [Person.healthContacts]
    population: ${population}
`;

const PEOPLE = Array.from({ length: 40 }, (_, person) => person);
const [OBJECTED, ERASED, WITHOUT_CONTACTS, UNKNOWN] = [3, 4, 6, 7];
const bornIn = (person: number) => 1980 + person;
const districtOf = (person: number) => (person % 2 === 0 ? '111' : '112');

const world: Omit<HealthCase, 'permits'> = {
  policy,
  // Everybody has two contacts, and is listed once.
  contacts: PEOPLE.filter((person) => person !== WITHOUT_CONTACTS).flatMap((person) =>
    [0, 1].map((visit) => ({
      person,
      id: BigInt(2 * person + visit),
      start: `201${visit}-03-04`,
      service: 'T11',
      unit: 'U-1',
    })),
  ),
  objections: [{ person: OBJECTED, start: '2015-01-01' }],
  marks: { erasure: [{ person: ERASED, start: '2015-01-01' }] },
  persons: PEOPLE.filter((person) => person !== UNKNOWN).map((person) => ({
    person,
    adultFrom: `${bornIn(person) + 18}-01-01`,
    birthYear: bornIn(person),
    district: districtOf(person),
  })),
  purpose: 'research',
  caller: {
    recipient: 'university',
    roles: ['researcher'],
    purposes: ['research'],
    employee: undefined,
    units: [],
    permit: 'p-1',
  },
};

async function openPages(population: string, more: Partial<HealthCase> = {}) {
  const ask = await healthSubgraph({ ...world, permits: permitFor(population), ...more });
  return async (first: number, after: number | null): Promise<number[]> => {
    const page = { __typename: 'PersonPage', first, after };
    const { health } = (await ask(page, 'health')) as {
      health: { state: string; columns?: { person: { base64: string } } };
    };
    if (health.state !== 'data') return [];
    const bytes = Buffer.from(health.columns!.person.base64, 'base64');
    return [...new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))];
  };
}

const rank = stableShuffle('domain');
const inOrder = (people: readonly number[]) => people.toSorted((a, b) => rank(a) - rank(b));
const hidden = [OBJECTED, ERASED, WITHOUT_CONTACTS];

describe('the persons of a research permit', () => {
  it.each([
    [
      '{ born: { from: 1982, until: 1999 } }',
      (person: number) => person >= 2 && person <= 19 && person !== UNKNOWN,
    ],
    ["{ districts: ['111'] }", (person: number) => person % 2 === 0],
    [
      "{ born: { from: 1990, until: 2000 }, districts: ['112'] }",
      (person: number) => person >= 10 && person <= 20 && person % 2 === 1,
    ],
  ])('are those of its population: %s', async (population, isIn) => {
    const page = await openPages(population);
    const expected = inOrder(PEOPLE.filter((person) => isIn(person) && !hidden.includes(person)));
    expect(await page(100, null)).toEqual(expected);
  });

  it.each([1, 3, 7])(
    'come in pages of %d, each once, with one more that tells of the next page',
    async (first) => {
      const page = await openPages('{ born: { from: 1900, until: 2100 } }');
      const found: number[] = [];
      for (let after: number | null = null, more = true; more; after = found.at(-1)!) {
        const persons = await page(first, after);
        expect(persons.length).toBeLessThanOrEqual(first + 1);
        found.push(...persons.slice(0, first));
        more = persons.length > first;
      }
      expect(found).toEqual(
        inOrder(PEOPLE.filter((person) => person !== UNKNOWN && !hidden.includes(person))),
      );
    },
  );

  it('are nobody for another permit, for another organisation and without one', async () => {
    const everybody = '{ born: { from: 1900, until: 2100 } }';
    const other = async (caller: HealthCase['caller']) =>
      (await openPages(everybody, { caller: { ...world.caller, ...caller } }))(100, null);
    expect(await other({ permit: 'p-2' })).toEqual([]);
    expect(await other({ recipient: 'elsewhere' })).toEqual([]);
    expect(await other({ permit: undefined })).toEqual([]);
  });
});
