/**
 * @property risk/birthdays An assessment reveals a birthday no more finely than the policy shows it.
 * @enforcedBy subgraphs/population/households.ts, subgraphs/population/criteria.ts,
 * subgraphs/population/predictionFeatures.ts
 * @property risk/one-reader
 */
import { describe, expect, it } from '@jest/globals';
import { parseDay, yearOf } from '../../../../lib/calendar.js';
import { exposureByYear, exposureOf } from '../../../../subgraphs/population/criteria.js';
import { populationFeatures } from '../../../../subgraphs/population/features.js';
import { householdOf, householdsOf, isMinorByYear } from '../../../../subgraphs/population/households.js';
import { populationRegistry } from '../../../../subgraphs/population/tables.js';
import type { PopulationStore } from '../../../../subgraphs/population/yearly.js';
import { tableOf } from '../../../spec/tableOf.js';

const BEFORE = parseDay('2007-01-01')!;
const ON = BEFORE - 1;
const [CHILD, MOTHER, FATHER, BABY, ADULT, ELSEWHERE] = [0, 1, 2, 3, 4, 5];
const { tables: definitions } = populationRegistry;

/**
 * A child who was in the family of the father (9) and is now in the family of the mother (7), with a new-born
 * sibling.
 */
function storeWith(isHidden: (person: number) => boolean = () => false): PopulationStore {
  const tables = {
    persons: tableOf(definitions.persons, [
      { person: CHILD, birth: '1999-04-10', sex: 'female', language: 'fi' },
      { person: MOTHER, birth: '1978-02-01', sex: 'female', language: 'fi' },
      { person: FATHER, birth: '1970-02-01', sex: 'male', language: 'fi' },
      { person: BABY, birth: '2006-03-01', sex: 'male', language: 'fi' },
      { person: ADULT, birth: '1988-12-31', sex: 'male', language: 'fi' },
      { person: ELSEWHERE, birth: '2000-01-01', sex: 'male', language: 'fi' },
    ]),
    memberships: tableOf(definitions.memberships, [
      { person: CHILD, family: 9, role: 'child', start: '1999-04-10', end: '2004-05-31' },
      { person: CHILD, family: 7, role: 'child', start: '2004-06-01' },
      { person: MOTHER, family: 7, role: 'parent', start: '2004-06-01' },
      { person: FATHER, family: 9, role: 'parent', start: '1999-04-10' },
      { person: BABY, family: 7, role: 'child', start: '2006-03-01' },
      { person: ADULT, family: 7, role: 'child', start: '2004-06-01' },
      { person: ELSEWHERE, family: 8, role: 'child', start: '2000-01-01' },
    ]),
    residences: tableOf(definitions.residences, [
      { person: CHILD, district: '111', start: '1999-04-10', end: '2004-05-31' },
      { person: CHILD, district: '211', start: '2004-06-01', end: '2007-03-01' },
      { person: MOTHER, district: '211', start: '2001-01-01' },
      { person: BABY, district: '211', start: '2006-03-01' },
      { person: ELSEWHERE, district: '211', start: '2000-01-01', end: '2005-01-01' },
    ]),
    nonDisclosures: tableOf(definitions.nonDisclosures, []),
    guardianships: tableOf(definitions.guardianships, []),
  };
  return { tables, isHidden } as unknown as PopulationStore;
}

function factorsOf(store: PopulationStore, before = BEFORE): Record<string, number> {
  const into = new Float32Array(populationFeatures.features.length);
  const household = householdOf(store, CHILD, before - 1)!;
  populationFeatures.reader(store, before).read(household, () => true, into);
  return Object.fromEntries(
    populationFeatures.features.map(({ id }, index) => [id.replace('population.', ''), into[index]!]),
  );
}

describe('a household', () => {
  it('is the family of the child on the day, with its parents and minors', () => {
    expect(householdOf(storeWith(), CHILD, ON)).toEqual({
      child: CHILD,
      parents: [MOTHER],
      siblings: [BABY],
    });
    expect(householdOf(storeWith(), CHILD, parseDay('2003-01-01')!)!.parents).toEqual([FATHER]);
  });

  it('includes only minors who live in the city', async () => {
    const asked = [CHILD, MOTHER, FATHER, BABY, ADULT, ELSEWHERE];
    const households = await householdsOf(storeWith(), asked, ON);
    expect(households.map(({ child }) => child)).toEqual([CHILD, BABY]);
  });

  it('leaves out people who do not exist for the caller', () => {
    expect(
      householdOf(
        storeWith((person) => person === MOTHER),
        CHILD,
        ON,
      )!.parents,
    ).toEqual([]);
  });
});

describe('factors of the population register', () => {
  it('count age, moves and changes of family before the quarter', () => {
    expect(factorsOf(storeWith())).toMatchObject({
      'child.age': 7,
      'child.moves.12m': 0,
      'child.moves.36m': 1,
      'child.moves.ever': 1,
      'child.bornHere': 1,
      'child.newcomer.since': Infinity,
      'child.familyChanges.12m': 0,
      'child.familyChanges.36m': 1,
      'parents.number': 1,
      'parents.ageGap': 0,
      'parents.joined.36m': 0,
      'siblings.minors': 2,
      'siblings.younger': 1,
      'siblings.older': 0,
      'siblings.infants': 1,
    });
    const factors = factorsOf(storeWith());
    expect(factors['child.move.since']).toBeCloseTo(31, 0);
    expect(factors['parents.youngestAtBirth']).toBeCloseTo(21.2, 1);
  });

  it('do not use data of the quarter or later', () => {
    const early = factorsOf(storeWith(), parseDay('2006-01-01')!);
    expect(early).toMatchObject({
      'siblings.minors': 2,
      'siblings.older': 1,
      'siblings.infants': 0,
      'child.age': 6,
    });
  });

  it('use the year of birth alone, so that quarterly requests reveal no birthday', () => {
    const store = storeWith();
    const ages = ['2006-01-01', '2006-04-01', '2006-07-01', '2006-10-01', '2007-01-01'].map(
      (quarter) => factorsOf(store, parseDay(quarter)!)['child.age'],
    );
    expect(ages).toEqual([6, 6, 7, 7, 7]);
  });
});

describe('the exposure of a child', () => {
  it('is whole years until the year of the 18th birthday, whose days before the birthday count', () => {
    const birth = parseDay('1990-07-02')!;
    expect(exposureOf(birth, BEFORE, 3)).toEqual([1, expect.closeTo(183 / 366, 10), 0]);
  });
});

describe('assessments of one child, quarter after quarter', () => {
  const quarters = Array.from({ length: 4 * 22 }, (_, n) => {
    const month = String(1 + 3 * (n % 4)).padStart(2, '0');
    return parseDay(`${1999 + Math.floor(n / 4)}-${month}-01`)!;
  });
  const exactly = (_: number, year: number) => [year, year] as const;
  const inBand = (_: number, year: number) => [year - (year % 5), year - (year % 5) + 4] as const;
  const store = (birth: string) =>
    ({
      persons: tableOf(definitions.persons, [{ person: CHILD, birth, sex: 'female', language: 'fi' }]),
    }) as never;
  const minorIn = (birth: string, seen: Parameters<typeof isMinorByYear>[0]) =>
    quarters.filter((quarter) => isMinorByYear(seen)(store(birth), CHILD, quarter - 1));

  it.each([
    ['the year', exactly, '2001-01-01', '2001-12-31'],
    ['a band of years', inBand, '2000-01-01', '2004-12-31'],
  ])('G10: are the same for all birthdays when %s of birth is shown', (_, seen, first, last) => {
    expect(minorIn(first, seen).length).toBeGreaterThan(0);
    expect(minorIn(first, seen)).toEqual(minorIn(last, seen));
  });

  it('G10: start and end with a calendar year, never before birth or after the 18th birthday', () => {
    expect(minorIn('2001-05-17', exactly)).toEqual(
      quarters.filter((quarter) => yearOf(quarter) > 2001 && yearOf(quarter) < 2019),
    );
  });

  it('G10: count the years until the 18th birthday from the year of birth alone', () => {
    const of = (birth: string) => quarters.map((quarter) => exposureByYear(parseDay(birth)!, quarter, 5));
    expect(of('2001-01-01')).toEqual(of('2001-12-31'));
    expect(of('2001-01-01')).not.toEqual(of('2002-01-01'));
  });
});
