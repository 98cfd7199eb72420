import type { LocalizedText } from '../../schema/language.js';

/**
 * The closed list of conditions. The registry evaluates them, because it has the data. `own-unit` is a test
 * of the record, the others are tests of the data subject.
 */
export const conditionNames = [
  'care-relationship',
  'own-unit',
  'own-data',
  'not-objected',
  'minor',
  'adult',
  'break-glass',
] as const;
export type ConditionName = (typeof conditionNames)[number];

/** `within-years(5)` is a test of the record: it began at most so many years ago. */
export type Condition = ConditionName | `within-years(${number})` | PopulationCondition;

/**
 * What a research permit requires of the data subject: birth in these years, or residence in one of these
 * districts.
 */
export type PopulationCondition = `born(${number}-${number})` | `living-in(${string})`;

/** The closed list of masks. A mask makes a value coarser. */
export const maskNames = [
  'year',
  'month',
  'age-band',
  'icd10-chapter',
  'icd10-block',
  'district-to-area',
  'count-band',
] as const;
export type MaskName = (typeof maskNames)[number];

/** One way in which a field may be shown: whole or masked, under conditions on the data subject. */
export interface Permission {
  /** undefined: the value itself. */
  readonly mask: MaskName | undefined;
  /** All of them must be true. */
  readonly conditions: readonly Condition[];
  /** `registry/grant-id`. Explanations name it. */
  readonly grant: string;
}

/** Why a coordinate is denied, in words that name the owner who could release it. */
export interface Explanation {
  readonly coordinate: string;
  /** The registry whose owner decides. */
  readonly registry: string;
  readonly owner: LocalizedText;
  readonly reason: LocalizedText;
}

/**
 * What one set of roles may see for one purpose under one policy revision. It is immutable and can be cached.
 */
export interface Decision {
  /** Equal keys mean equal decisions. Caches of schemas and compiled plans use it. */
  readonly key: string;
  readonly purpose: string;
  readonly revision: string;

  /**
   * The ways in which a coordinate may be shown, strongest first; empty: denied. The first permission applies
   * whose conditions are true for the data subject. Coordinates are `Type.field` and `Type.field(argument:)`.
   */
  show(coordinate: string): readonly Permission[];

  /**
   * The ways in which a derived type (`ServicePath`) may use a coordinate, strongest first; empty: withheld.
   */
  derive(derivedType: string, coordinate: string): readonly Permission[];

  /**
   * Whether the coordinate is withheld for people under non-disclosure for safety (661/2009 §36). It reveals
   * where they are or who lives with them, and the purpose is not entitled to know that.
   */
  shields(coordinate: string): boolean;

  /** Why {@link show} is empty. */
  explain(coordinate: string): Explanation;
}
