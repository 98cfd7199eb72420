import type { Precision } from '../../../lib/partialDate.js';
import { CODING_TYPE } from '../parse/policyGraph.js';
import type { MaskName } from '../decision.js';
import type { LocalizedText } from '../../../schema/language.js';
import type { Category } from './conditions.js';

/**
 * Chapters and blocks of ICD-10 as ranges of three-character categories: WHO, ICD-10 version 2019,
 * https://icd.who.int/browse10/2019/en. Chapters are named by their range and not by a Roman numeral, so that
 * chapters and blocks have the same form. If blocks lie within a block (V01-X59), the list has the wider one.
 * Ranges include codes of earlier editions (A90, A91).
 */
export const icd10Chapters = ranges(`
  A00-B99 C00-D48 D50-D89 E00-E90 F00-F99 G00-G99 H00-H59 H60-H95 I00-I99 J00-J99 K00-K93
  L00-L99 M00-M99 N00-N99 O00-O99 P00-P96 Q00-Q99 R00-R99 S00-T98 U00-U99 V01-Y98 Z00-Z99`);

export const icd10Blocks = ranges(`
  A00-A09 A15-A19 A20-A28 A30-A49 A50-A64 A65-A69 A70-A74 A75-A79 A80-A89 A90-A99
  B00-B09 B15-B19 B20-B24 B25-B34 B35-B49 B50-B64 B65-B83 B85-B89 B90-B94 B95-B98 B99-B99
  C00-C14 C15-C26 C30-C39 C40-C41 C43-C44 C45-C49 C50-C50 C51-C58 C60-C63 C64-C68 C69-C72 C73-C75 C76-C80
  C81-C96 C97-C97 D00-D09 D10-D36 D37-D48
  D50-D53 D55-D59 D60-D64 D65-D69 D70-D77 D80-D89
  E00-E07 E10-E14 E15-E16 E20-E35 E40-E46 E50-E64 E65-E68 E70-E90
  F00-F09 F10-F19 F20-F29 F30-F39 F40-F48 F50-F59 F60-F69 F70-F79 F80-F89 F90-F98 F99-F99
  G00-G09 G10-G14 G20-G26 G30-G32 G35-G37 G40-G47 G50-G59 G60-G64 G70-G73 G80-G83 G90-G99
  H00-H06 H10-H13 H15-H22 H25-H28 H30-H36 H40-H42 H43-H45 H46-H48 H49-H52 H53-H54 H55-H59
  H60-H62 H65-H75 H80-H83 H90-H95
  I00-I02 I05-I09 I10-I15 I20-I25 I26-I28 I30-I52 I60-I69 I70-I79 I80-I89 I95-I99
  J00-J06 J09-J18 J20-J22 J30-J39 J40-J47 J60-J70 J80-J84 J85-J86 J90-J94 J95-J99
  K00-K14 K20-K31 K35-K38 K40-K46 K50-K52 K55-K64 K65-K67 K70-K77 K80-K87 K90-K93
  L00-L08 L10-L14 L20-L30 L40-L45 L50-L54 L55-L59 L60-L75 L80-L99
  M00-M25 M30-M36 M40-M54 M60-M79 M80-M94 M95-M99
  N00-N08 N10-N16 N17-N19 N20-N23 N25-N29 N30-N39 N40-N51 N60-N64 N70-N77 N80-N98 N99-N99
  O00-O08 O10-O16 O20-O29 O30-O48 O60-O75 O80-O84 O85-O92 O94-O99
  P00-P04 P05-P08 P10-P15 P20-P29 P35-P39 P50-P61 P70-P74 P75-P78 P80-P83 P90-P96
  Q00-Q07 Q10-Q18 Q20-Q28 Q30-Q34 Q35-Q37 Q38-Q45 Q50-Q56 Q60-Q64 Q65-Q79 Q80-Q89 Q90-Q99
  R00-R09 R10-R19 R20-R23 R25-R29 R30-R39 R40-R46 R47-R49 R50-R69 R70-R79 R80-R82 R83-R89 R90-R94 R95-R99
  S00-S09 S10-S19 S20-S29 S30-S39 S40-S49 S50-S59 S60-S69 S70-S79 S80-S89 S90-S99
  T00-T07 T08-T14 T15-T19 T20-T32 T33-T35 T36-T50 T51-T65 T66-T78 T79-T79 T80-T88 T90-T98
  U00-U49 U80-U89
  V01-X59 X60-X84 X85-Y09 Y10-Y34 Y35-Y36 Y40-Y84 Y85-Y89 Y90-Y98
  Z00-Z13 Z20-Z29 Z30-Z39 Z40-Z54 Z55-Z65 Z70-Z76 Z80-Z99`);

const CODE = /^[A-Z]\d\d(?:\.?[0-9A-Z]{1,4})?$/;

/**
 * The range that a code such as `J06.9` falls into; undefined if it is not an ICD-10 code or is in no range.
 */
export function icd10Range(list: readonly string[], code: string): string | undefined {
  if (!CODE.test(code)) return undefined;
  const category = code.slice(0, 3);
  return list.find((range) => category >= range.slice(0, 3) && category <= range.slice(4));
}

function ranges(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** A value before or after a mask. */
export type Maskable = string | number;

/** A mask: which fields it applies to, and how it changes their values. */
interface Mask {
  /** The GraphQL type that a field must have. A coding counts as the text of its code. */
  readonly takes: string;
  /** The categories that it applies to; undefined: all. */
  readonly categories: readonly Category[] | undefined;
  /** Among masks of the same fields, a higher number shows less. */
  readonly coarseness: number;
  /** What becomes of a value, in words that stand alone. */
  readonly description: LocalizedText;
  /** The code list of masked codes, where it is another list of the same registry. */
  readonly list?: string;
  /**
   * The masked value. It is undefined if the value has an unexpected form, so that no unmasked value passes.
   */
  readonly apply: (value: Maskable, tables: MaskTables) => Maskable | undefined;
}

/** The code lists of registries that masks use. */
export interface MaskTables {
  /** District code -> code of its area. */
  readonly areaOfDistrict: ReadonlyMap<string, string>;
}

/** No code lists: a mask that needs one shows nothing. */
export const noMaskTables: MaskTables = { areaOfDistrict: new Map() };

const precisions: Partial<Record<MaskName, Precision>> = { year: 'year', month: 'month' };

const AGE_BAND_YEARS = 5;

/** The smallest number of each band of counts. Zero has its own band, because "none" differs from "few". */
const COUNT_BANDS = [0, 1, 5, 10, 20, 50, 100, 200, 500, 1000];

export const masks: Readonly<Record<MaskName, Mask>> = {
  month: dateMask(
    {
      en: 'a date becomes its month',
      fi: 'päivästä näytetään kuukausi',
      sv: 'av ett datum visas månaden',
    },
    1,
    /^\d{4}(?:-\d{2})?/,
  ),
  year: dateMask(
    { en: 'a date becomes its year', fi: 'päivästä näytetään vuosi', sv: 'av ett datum visas året' },
    2,
    /^\d{4}/,
  ),
  'age-band': {
    takes: 'Int',
    categories: ['birth-year'],
    coarseness: 1,
    description: {
      en: `a birth year becomes the first year of its band of ${AGE_BAND_YEARS} years`,
      fi: `syntymävuodesta näytetään ${AGE_BAND_YEARS} vuoden ikäluokan ensimmäinen vuosi`,
      sv: `av födelseåret visas det första året i en grupp om ${AGE_BAND_YEARS} år`,
    },
    apply: (value) =>
      Number.isInteger(value) ? Number(value) - (Number(value) % AGE_BAND_YEARS) : undefined,
  },
  'icd10-block': icd10Mask(
    {
      en: 'a diagnosis becomes its ICD-10 block, such as J00-J06',
      fi: 'diagnoosista näytetään ICD-10-luokituksen ryhmä, esimerkiksi J00-J06',
      sv: 'av en diagnos visas avsnittet i ICD-10, till exempel J00-J06',
    },
    1,
    icd10Blocks,
  ),
  'icd10-chapter': icd10Mask(
    {
      en: 'a diagnosis becomes its ICD-10 chapter, such as J00-J99',
      fi: 'diagnoosista näytetään ICD-10-luokituksen pääluokka, esimerkiksi J00-J99',
      sv: 'av en diagnos visas kapitlet i ICD-10, till exempel J00-J99',
    },
    2,
    icd10Chapters,
  ),
  'district-to-area': {
    takes: 'String',
    categories: ['residence'],
    coarseness: 1,
    description: {
      en: 'a district becomes the area that it lies in',
      fi: 'kaupunginosasta näytetään suuralue, johon se kuuluu',
      sv: 'av en stadsdel visas storområdet som den hör till',
    },
    list: 'areas',
    apply: (value, { areaOfDistrict }) => (typeof value === 'string' ? areaOfDistrict.get(value) : undefined),
  },
  'count-band': {
    takes: 'Int',
    categories: ['service-use', 'health', 'social-care', 'education', 'derived', 'operational'],
    coarseness: 1,
    description: {
      en: 'a count becomes the least number of its band: 0, 1-4, 5-9, 10-19, 20-49, 50-99 and so on',
      fi: 'määrästä näytetään luokan pienin luku: 0, 1–4, 5–9, 10–19, 20–49, 50–99 ja niin edelleen',
      sv: 'av ett antal visas klassens minsta tal: 0, 1–4, 5–9, 10–19, 20–49, 50–99 och så vidare',
    },
    apply: (value) => COUNT_BANDS.findLast((least) => Number.isInteger(value) && least <= Number(value)),
  },
};

/** Whether a mask applies to fields of a GraphQL type. */
export function takesType(mask: MaskName, type: string): boolean {
  return masks[mask].takes === (type === CODING_TYPE ? 'String' : type);
}

/** The code list of codes under a mask; undefined where it is that of the codes themselves. */
export function maskedList(mask: MaskName): string | undefined {
  return masks[mask].list;
}

/** The masked value; undefined if nothing may be shown. Without a mask, the value is unchanged. */
export function applyMask(
  mask: MaskName | undefined,
  value: Maskable,
  tables: MaskTables = noMaskTables,
): Maskable | undefined {
  return mask === undefined ? value : masks[mask].apply(value, tables);
}

/**
 * How precisely a date may be shown under a mask, for registries that store days; undefined for masks of
 * other types.
 */
export function datePrecision(mask: MaskName | undefined): Precision | undefined {
  return mask === undefined ? 'day' : precisions[mask];
}

/**
 * Whether the first mask shows at least as much of a field as the second. Undefined stands for the value
 * itself.
 */
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

/** 0 for the value itself; a higher number shows less. */
export function coarsenessOf(mask: MaskName | undefined): number {
  return mask === undefined ? 0 : masks[mask].coarseness;
}

function dateMask(description: LocalizedText, coarseness: number, kept: RegExp): Mask {
  const apply = (value: Maskable) => (typeof value === 'string' ? kept.exec(value)?.[0] : undefined);
  return { takes: 'PartialDate', categories: undefined, coarseness, description, apply };
}

function icd10Mask(description: LocalizedText, coarseness: number, list: readonly string[]): Mask {
  const apply = (value: Maskable) => (typeof value === 'string' ? icd10Range(list, value) : undefined);
  return { takes: 'String', categories: ['diagnosis'], coarseness, description, apply };
}
