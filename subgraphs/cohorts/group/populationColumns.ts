import type { Dimension } from '../../../disclosure-control/groupQuestion.js';
import { CooperativeScheduler } from '../../../lib/cooperativeScheduler.js';
import { NO_CODE } from '../../../registry-kit/columns/table.js';
import {
  familyTypes,
  familyTypesAt,
  NO_FAMILY,
  type YearlyMemberships,
} from '../../../registry-kit/criteria/familyTypes.js';
import type { YearlyResidences } from '../../../registry-kit/criteria/yearly.js';
import type { Feed } from '../../../schema/feed.js';
import { PersonSet } from '../../../schema/personSet.js';
import { requireStored } from './groupFacts.js';

export const dimensionNames = ['year', 'sex', 'district', 'ageBand', 'familyType'] as const;
export type DimensionName = (typeof dimensionNames)[number];

/**
 * The source of each dimension: a column of the population register's feed, and the coordinate that its
 * owner's policy covers.
 */
export const dimensions: Readonly<
  Record<DimensionName, { readonly column: string; readonly coordinate: string }>
> = {
  year: { column: 'residence.district', coordinate: 'Person.district' },
  sex: { column: 'sex', coordinate: 'Person.sex' },
  district: { column: 'residence.district', coordinate: 'Person.district' },
  ageBand: { column: 'birthYear', coordinate: 'Person.birthYear' },
  familyType: { column: 'membership.family', coordinate: 'Person.families' },
};
/** Dimensions that split the persons of one year. The year does not, because a person is in several. */
export type CategoryDimension = Exclude<DimensionName, 'year'>;

const AGE_BAND_YEARS = 5;
const LAST_BAND = 85;
const ageBands = Array.from({ length: LAST_BAND / AGE_BAND_YEARS + 1 }, (_, band) =>
  band * AGE_BAND_YEARS === LAST_BAND
    ? `${LAST_BAND}-`
    : `${band * AGE_BAND_YEARS}-${band * AGE_BAND_YEARS + AGE_BAND_YEARS - 1}`,
);
const sexes = ['female', 'male'];

/**
 * The categories of a dimension. They do not depend on data.
 * @param districts the code list
 */
export function categoriesOf(name: CategoryDimension, districts: readonly string[]): readonly string[] {
  return { sex: sexes, district: districts, ageBand: ageBands, familyType: familyTypes }[name];
}

/**
 * The columns of the population register by which groups are counted. Its owner decides which coordinate each
 * needs.
 */
export class PopulationColumns {
  /**
   * @param bound all keys of persons are below it
   * @param districts the code list, so that categories do not depend on where people live
   */
  constructor(
    private readonly feed: Feed,
    private readonly bound: number,
    private readonly districts: readonly string[],
  ) {}

  categories(name: CategoryDimension): readonly string[] {
    return categoriesOf(name, this.districts);
  }

  /** Whether the owner releases the column of a dimension. */
  has(name: DimensionName): boolean {
    return this.feed.columns[dimensions[name].column] !== undefined;
  }

  /**
   * The category of each person at the end of a year. The number of categories means that the person has
   * none, or that it may not be shown.
   */
  async dimension(name: CategoryDimension, year: number): Promise<Dimension> {
    const size = this.categories(name).length;
    switch (name) {
      case 'sex':
        requireStored(this.feed, 'population', 'persons.sex');
        return { size, codes: await this.#byPerson('sex', size, this.#codeNumbers('sexes', sexes)) };
      case 'ageBand':
        return {
          size,
          codes: await this.#byPerson('birthYear', size, (born) =>
            born === 0 || born > year ? size : Math.min(Math.floor((year - born) / AGE_BAND_YEARS), size - 1),
          ),
        };
      case 'district': {
        requireStored(this.feed, 'population', 'residences.district');
        const codes = new Uint8Array(this.bound).fill(size);
        const numberOf = this.#codeNumbers('districts', this.districts);
        const { person, district, firstYear, lastYear } = this.#residences;
        await new CooperativeScheduler().forEachChunk(person.length, (from, to) => {
          for (let row = from; row < to; row++)
            if (firstYear[row]! <= year && lastYear[row]! >= year)
              codes[person[row]!] = numberOf(district[row]!);
        });
        return { size, codes };
      }
      case 'familyType':
        return { size, codes: await this.#familyTypes(year, size) };
    }
  }

  /** The members who lived in the city at the end of each of some years. */
  async residents(members: PersonSet, years: readonly number[]): Promise<readonly PersonSet[]> {
    const residents = years.map(() => PersonSet.below(this.bound));
    const { person, firstYear, lastYear } = this.#residences;
    await new CooperativeScheduler().forEachChunk(person.length, (from, to) => {
      for (let row = from; row < to; row++) {
        if (!members.has(person[row]!)) continue;
        for (let index = 0; index < years.length; index++)
          if (firstYear[row]! <= years[index]! && lastYear[row]! >= years[index]!)
            residents[index]!.add(person[row]!);
      }
    });
    return residents;
  }

  /** The last year at whose end each person lived in the city, by person key; 0 for none. */
  async lastYears(): Promise<Uint16Array> {
    const last = new Uint16Array(this.bound);
    const { person, lastYear } = this.#residences;
    await new CooperativeScheduler().forEachChunk(person.length, (from, to) => {
      for (let row = from; row < to; row++)
        last[person[row]!] = Math.max(last[person[row]!]!, lastYear[row]!);
    });
    return last;
  }

  async #familyTypes(year: number, size: number): Promise<Uint8Array> {
    const { family, person } = this.#memberships;
    const types = await familyTypesAt(this.#memberships, year, this.bound);
    // A row without a family may not be shown. Such a person is in no category, and does not count as without
    // a family.
    await new CooperativeScheduler().forEachChunk(family.length, (from, to) => {
      for (let row = from; row < to; row++) if (family[row] === NO_FAMILY) types[person[row]!] = size;
    });
    return types;
  }

  get #memberships(): YearlyMemberships {
    requireStored(this.feed, 'population', 'memberships');
    const column = <Name extends keyof YearlyMemberships>(name: Name) =>
      this.#column<YearlyMemberships[Name]>(`membership.${name}`)!;
    const [person, family, parent] = [column('person'), column('family'), column('parent')];
    return { person, family, parent, firstYear: column('firstYear'), lastYear: column('lastYear') };
  }

  get #residences(): YearlyResidences {
    requireStored(this.feed, 'population', 'residences');
    const column = <Name extends keyof YearlyResidences>(name: Name) =>
      this.#column<YearlyResidences[Name]>(`residence.${name}`)!;
    const [person, district] = [column('person'), column('district')];
    return { person, district, firstYear: column('firstYear'), lastYear: column('lastYear') };
  }

  async #byPerson(column: string, size: number, categoryOf: (value: number) => number): Promise<Uint8Array> {
    const codes = new Uint8Array(this.bound).fill(size);
    const [person, values] = [this.#column<Uint32Array>('person')!, this.#column<Uint16Array>(column)!];
    await new CooperativeScheduler().forEachChunk(person.length, (from, to) => {
      for (let row = from; row < to; row++) codes[person[row]!] = categoryOf(values[row]!);
    });
    return codes;
  }

  /** Maps a registry's dictionary to numbers of categories. */
  #codeNumbers(texts: string, categories: readonly string[]): (code: number) => number {
    const numbers = this.#column<readonly string[]>(texts)!.map((text) => categories.indexOf(text));
    return (code) => (code === NO_CODE || numbers[code]! < 0 ? categories.length : numbers[code]!);
  }

  #column<Column>(name: string): Column | undefined {
    return this.feed.columns[name] as Column | undefined;
  }
}
