import { areaByDistrict, codesOf, type Department } from './codeLists.js';
import type { Random } from './random.js';

const AREA_BY_DISTRICT = areaByDistrict();
const AREAS = codesOf('population', 'areas');

/** Position of a district's area in the order of areas; units are numbered in that order. */
export function areaIndex(district: string): number {
  return AREAS.indexOf(AREA_BY_DISTRICT.get(district) ?? '');
}

/** The units of a department and the employees who work in them. */
export class Units {
  private readonly unitsByPrefix = new Map<string, string[]>();
  private readonly staffByUnit = new Map<string, string[]>();

  /** Employee numbers run from `firstNumber` over the units in the order of the code list, `perUnit` in each. */
  constructor(
    department: Department,
    private readonly letter: string,
    private readonly firstNumber: number,
    perUnit: number,
  ) {
    let number = firstNumber;
    for (const unit of codesOf(department, 'units')) {
      const prefix = unit.slice(0, unit.indexOf('-'));
      this.unitsByPrefix.set(prefix, [...(this.unitsByPrefix.get(prefix) ?? []), unit]);
      this.staffByUnit.set(
        unit,
        Array.from({ length: perUnit }, () => `${letter}-${number++}`),
      );
    }
  }

  /** The employee whose clients are set apart by name: the first number, in the first unit. */
  get appointed(): string {
    return `${this.letter}-${this.firstNumber}`;
  }

  all(prefix: string): readonly string[] {
    const units = this.unitsByPrefix.get(prefix);
    if (units === undefined) throw new Error(`No unit code begins with ${prefix}.`);
    return units;
  }

  /** The unit of a kind that serves an area; kinds with fewer units than areas share them out. */
  serving(prefix: string, area: number): string {
    const units = this.all(prefix);
    return units[area % units.length] as string;
  }

  employee(unit: string, random: Random): string {
    return random.pick(this.staffByUnit.get(unit) ?? []);
  }

  /** An employee other than the appointed one, for relationships drawn at random. */
  ordinaryEmployee(unit: string, random: Random): string {
    return random.pick((this.staffByUnit.get(unit) ?? []).filter((employee) => employee !== this.appointed));
  }
}
