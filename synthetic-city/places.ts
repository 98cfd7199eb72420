import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../lib/packageRoot.js';
import type { Random } from './random.js';

/** An address in the city as one number, so that half a million people need no strings. */
export type AddressNumber = number;

/** A mobile number as one number, for the same reason. */
export type PhoneNumber = number;

const STEMS =
  'Koivu Lehto Kivi Metsä Ranta Niitty Kuusi Mänty Pihlaja Saari Harju Lampi Myllyn Kallio Vaahtera Kaisla'.split(
    ' ',
  );
const ENDINGS = 'tie kuja katu polku rinne piha'.split(' ');
const SWEDISH = 'Björkgränden Strandvägen Ängsstigen Ekbacken Sjögatan Lindallén'.split(' ');
const STREETS = [...STEMS.flatMap((stem) => ENDINGS.map((ending) => stem + ending)), ...SWEDISH];
const FINNISH_STREETS = STREETS.length - SWEDISH.length;

const HOUSES = 250;
const STAIRS = ['A', 'B', 'C', 'D'];
const FLATS = 60;
/** Places in a house: 0 is the house itself; then come the flats by stair. */
const PLACES = 1 + STAIRS.length * FLATS;

const PREFIXES = ['040', '044', '050'];
const LINES = 100_000;

export function drawAddress(random: Random): AddressNumber {
  const street = random.chance(0.07)
    ? random.int(FINNISH_STREETS, STREETS.length - 1)
    : random.int(0, FINNISH_STREETS - 1);
  const house = random.int(0, HOUSES - 1);
  const place = random.chance(0.65) ? random.int(1, PLACES - 1) : 0;
  return (street * HOUSES + house) * PLACES + place;
}

/** A made-up street, house, stair and flat: "Koivurinne 12 B 34". */
export function addressText(address: AddressNumber): string {
  const place = address % PLACES;
  const house = Math.floor(address / PLACES);
  const text = `${STREETS[Math.floor(house / HOUSES)]} ${(house % HOUSES) + 1}`;
  return place === 0
    ? text
    : `${text} ${STAIRS[Math.floor((place - 1) / FLATS)]} ${((place - 1) % FLATS) + 1}`;
}

export function drawPhone(random: Random): PhoneNumber {
  return random.int(0, PREFIXES.length * LINES - 1);
}

/** A mobile number in a block of leading zeros, which no subscriber has. */
export function phoneText(phone: PhoneNumber): string {
  const digits = String(phone % LINES).padStart(5, '0');
  return `${PREFIXES[Math.floor(phone / LINES)]} 00${digits.charAt(0)} ${digits.slice(1)}`;
}

export type Department = 'population' | 'health' | 'social' | 'education';

/** A code list: the codes in file order. */
type Codes = readonly string[];

/** The codes of one list of `subgraphs/<department>/codes.yaml`. */
export function codesOf(department: Department, list: string): Codes {
  return Object.keys(listOf(department, list));
}

/** District code -> area code. */
function areaByDistrict(): ReadonlyMap<string, string> {
  const areas = Object.entries(listOf('population', 'districts')).map(([code, entry]): [string, string] => {
    if (typeof entry['area'] !== 'string') throw new Error(`District ${code} names no area.`);
    return [code, entry['area']];
  });
  return new Map(areas);
}

/** Throws if the generator's own tables use a code that the code list does not have. */
export function requireCodes(department: Department, list: string, used: readonly string[]): void {
  const known = new Set(codesOf(department, list));
  const missing = used.filter((code) => !known.has(code));
  if (missing.length > 0) throw new Error(`${department}/codes.yaml has no ${list} ${missing.join(', ')}.`);
}

function listOf(department: Department, list: string): Record<string, Record<string, unknown>> {
  const path = join(packageRoot(), 'subgraphs', department, 'codes.yaml');
  const lists = parse(readFileSync(path, 'utf8')) as Record<string, Record<string, Record<string, unknown>>>;
  const codes = lists[list];
  if (codes === undefined) throw new Error(`${path} has no list called ${list}.`);
  return codes;
}

const AREA_BY_DISTRICT = areaByDistrict();
const AREAS = codesOf('population', 'areas');

/** Position of a district's area in the order of areas; units are numbered in that order. */
export function areaIndex(district: string): number {
  return AREAS.indexOf(AREA_BY_DISTRICT.get(district) ?? '');
}

/** The units of a department and the employees who work in them. */
export class ServiceUnits {
  private readonly unitsByPrefix = new Map<string, string[]>();
  private readonly staffByUnit = new Map<string, string[]>();

  /**
   * Employee numbers run from `firstNumber` over the units in the order of the code list, `perUnit` in each.
   */
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

  /** The employee whose clients are chosen explicitly: the first number, in the first unit. */
  get appointed(): string {
    return `${this.letter}-${this.firstNumber}`;
  }

  all(prefix: string): readonly string[] {
    const units = this.unitsByPrefix.get(prefix);
    if (units === undefined) throw new Error(`No unit code begins with ${prefix}.`);
    return units;
  }

  /**
   * The unit of a kind that serves an area. If there are fewer units than areas, several areas share a unit.
   */
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
