import type { Precision } from '../../../schema/partialDate.js';
import type { MaskName } from '../decision.js';
import type { Category } from './categories.js';
import { icd10Blocks, icd10Chapters, icd10Range } from './icd10.js';

/** A value of a field that a mask takes or gives. */
export type Maskable = string | number;

/** A mask: which fields it takes, and what it leaves of their values. */
export interface Mask {
  /** The GraphQL type that a field must have. */
  readonly takes: string;
  /** The categories that a field may be of; undefined: any. */
  readonly categories: readonly Category[] | undefined;
  /** Among masks that take the same fields, a higher number tells less. */
  readonly coarseness: number;
  readonly description: string;
  /** What is left of a value; undefined where the value is not of the expected form, so that nothing slips through. */
  readonly apply: (value: Maskable, tables: MaskTables) => Maskable | undefined;
}

/** What masks look up in the code lists of registries. */
export interface MaskTables {
  /** District code -> code of its area. */
  readonly areaOfDistrict: ReadonlyMap<string, string>;
}

/** Without code lists, a mask that needs one tells nothing. */
export const noMaskTables: MaskTables = { areaOfDistrict: new Map() };

const precisions: Partial<Record<MaskName, Precision>> = { year: 'year', month: 'month' };

const AGE_BAND_YEARS = 5;

/** Least numbers of the bands of a count. Zero is a band of its own: "none" is not "few". */
const COUNT_BANDS = [0, 1, 5, 10, 20, 50, 100, 200, 500, 1000];

export const masks: Readonly<Record<MaskName, Mask>> = {
  month: dateMask('a date becomes its month', 1, /^\d{4}(?:-\d{2})?/),
  year: dateMask('a date becomes its year', 2, /^\d{4}/),
  'age-band': {
    takes: 'Int',
    categories: ['birth-year'],
    coarseness: 1,
    description: `a birth year becomes the first year of its band of ${AGE_BAND_YEARS} years`,
    apply: (value) =>
      Number.isInteger(value) ? Number(value) - (Number(value) % AGE_BAND_YEARS) : undefined,
  },
  'icd10-block': icd10Mask('a diagnosis becomes its ICD-10 block, such as J00-J06', 1, icd10Blocks),
  'icd10-chapter': icd10Mask('a diagnosis becomes its ICD-10 chapter, such as J00-J99', 2, icd10Chapters),
  'district-to-area': {
    takes: 'String',
    categories: ['residence'],
    coarseness: 1,
    description: 'a district becomes the area that it lies in',
    apply: (value, { areaOfDistrict }) => (typeof value === 'string' ? areaOfDistrict.get(value) : undefined),
  },
  'count-band': {
    takes: 'Int',
    categories: ['service-use', 'health', 'social-care', 'education', 'derived', 'operational'],
    coarseness: 1,
    description: 'a count becomes the least number of its band: 0, 1-4, 5-9, 10-19, 20-49, 50-99 and so on',
    apply: (value) => COUNT_BANDS.findLast((least) => Number.isInteger(value) && least <= Number(value)),
  },
};

/** What a mask leaves of a value; undefined where nothing may be told. No mask leaves the value as it is. */
export function applyMask(
  mask: MaskName | undefined,
  value: Maskable,
  tables: MaskTables = noMaskTables,
): Maskable | undefined {
  return mask === undefined ? value : masks[mask].apply(value, tables);
}

/** How exactly a date may be told under a mask, for registries that keep days; undefined where it takes no dates. */
export function datePrecision(mask: MaskName | undefined): Precision | undefined {
  return mask === undefined ? 'day' : precisions[mask];
}

/** Whether the first shows at least as much as the second, of the same field. Undefined is the value itself. */
export function isAtLeastAsFine(first: MaskName | undefined, second: MaskName | undefined): boolean {
  if (first === second || first === undefined) return true;
  return areComparable(first, second) && coarsenessOf(first) < coarsenessOf(second);
}

/** Whether one of two masks shows no more than the other. */
export function areComparable(first: MaskName | undefined, second: MaskName | undefined): boolean {
  if (first === undefined || second === undefined) return true;
  const [a, b] = [masks[first], masks[second]];
  if (a.takes !== b.takes) return false;
  return !a.categories || !b.categories || a.categories.some((category) => b.categories!.includes(category));
}

/** 0 for the value itself; a higher number tells less. */
export function coarsenessOf(mask: MaskName | undefined): number {
  return mask === undefined ? 0 : masks[mask].coarseness;
}

function dateMask(description: string, coarseness: number, kept: RegExp): Mask {
  const apply = (value: Maskable) => (typeof value === 'string' ? kept.exec(value)?.[0] : undefined);
  return { takes: 'PartialDate', categories: undefined, coarseness, description, apply };
}

function icd10Mask(description: string, coarseness: number, list: readonly string[]): Mask {
  const apply = (value: Maskable) => (typeof value === 'string' ? icd10Range(list, value) : undefined);
  return { takes: 'String', categories: ['diagnosis'], coarseness, description, apply };
}
