/**
 * Conditions, evaluated in the registry, where the data lies. A closed catalogue: `own-unit` is asked of the record, the
 * others of the data subject.
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

/** `within-years(5)` is asked of the record: it began at most so many years ago. */
export type Condition = ConditionName | `within-years(${number})` | PopulationCondition;

/** What a research permit asks of the data subject: born in these years, living in one of these districts. */
export type PopulationCondition = `born(${number}-${number})` | `living-in(${string})`;

/** Masks make a value coarser; a closed catalogue. */
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

/** One way in which a field may be seen: whole or masked, under conditions on the data subject. */
export interface Permission {
  /** undefined: the value itself. */
  readonly mask: MaskName | undefined;
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
  /** `registry/grant-id`, as explanations name it. */
  readonly grant: string;
}

/** Nobody may: why a coordinate is refused, in words that name the owner who could release it. */
export interface Refusal {
  readonly coordinate: string;
  /** The registry whose owner decides. */
  readonly registry: string;
  readonly owner: string;
  readonly reason: string;
}

/** What one set of roles may see for one purpose, by one policy revision. Immutable, and small enough to keep. */
export interface Decision {
  /** Equal keys mean equal decisions: for caches of schemas, plans and programs. */
  readonly key: string;
  readonly purpose: string;
  readonly revision: string;

  /**
   * In which ways a coordinate may be shown, strongest first; empty: denied. The first whose conditions hold for the
   * data subject applies. Coordinates are `Type.field` and `Type.field(argument:)`.
   */
  show(coordinate: string): readonly Permission[];

  /** In which ways a coordinate may be taken into a derived type (`ServicePath`), strongest first; empty: withheld. */
  take(derivedType: string, coordinate: string): readonly Permission[];

  /**
   * Whether a coordinate tells where somebody is or whom they live with, and the purpose is not entitled to know that of
   * people under non-disclosure for safety (661/2009 §36).
   */
  shields(coordinate: string): boolean;

  /** Why `show` is empty. */
  refusal(coordinate: string): Refusal;
}
