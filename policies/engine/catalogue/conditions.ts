import { type Condition, type ConditionName, conditionNames } from '../decision.js';

/** Each condition in words that follow "shown if". */
const conditions: Readonly<Record<ConditionName, string>> = {
  'care-relationship': 'the caller has a care relationship with the person',
  'own-unit': 'the record is of a unit of the caller',
  'own-data': 'the person is the caller',
  minor: 'the person is under 18',
  adult: 'the person is 18 or older',
  'break-glass': 'the caller has stated a reason for emergency access (break-glass), which is reviewed',
  'not-objected': 'the person has not objected to the disclosure',
};

const WITHIN_YEARS = /^within-years\(([1-9]\d{0,2})\)$/;
const BORN = /^born\((\d{4})-(\d{4})\)$/;
const LIVING_IN = /^living-in\((.+)\)$/;

/** The condition that an owner wrote; undefined if it does not exist. */
export function parseCondition(text: string): Condition | undefined {
  const known = (conditionNames as readonly string[]).includes(text) || WITHIN_YEARS.test(text);
  return known ? (text as Condition) : undefined;
}

/** How conditions are written, for error messages. */
export const conditionForms: readonly string[] = [...conditionNames, 'within-years(5)'];

/** Whether one condition implies another: a record that began within three years also began within five. */
export function implies(holding: Condition, asked: Condition): boolean {
  if (holding === asked) return true;
  const [heldYears, askedYears] = [holding, asked].map((condition) =>
    Number(WITHIN_YEARS.exec(condition)?.[1]),
  );
  return heldYears! <= askedYears!;
}

/** A condition in words that follow "if". */
export function describeCondition(condition: Condition): string {
  const years = WITHIN_YEARS.exec(condition)?.[1];
  if (years !== undefined) return `the record began at most ${years} years ago`;
  const [, first, last] = BORN.exec(condition) ?? [];
  if (first !== undefined) return `the person was born in ${first} to ${last}`;
  const districts = LIVING_IN.exec(condition)?.[1];
  if (districts !== undefined) return `the person lives in ${districts.replaceAll(',', ' or ')}`;
  return conditions[condition as ConditionName];
}

type ConditionKind = ConditionName | 'within-years';

/** Conditions that depend on the caller only. */
const ofCaller: readonly ConditionKind[] = ['own-data', 'break-glass'];

/** A registry of contacts has the data for every condition. */
const ofContacts: readonly ConditionKind[] = [...conditionNames, 'within-years'];

/**
 * The conditions that other subgraphs have the data to evaluate; all others are always false there. The
 * population register has no care relationships, units or objections. Derived subgraphs have no register data
 * at all.
 */
const evaluable: Readonly<Record<string, readonly ConditionKind[]>> = {
  population: ['own-data', 'minor', 'adult', 'within-years', 'break-glass'],
  paths: ofCaller,
  directory: ofCaller,
  linkage: ofCaller,
  governance: [],
};

/** The conditions that a subgraph can evaluate. */
export function conditionsOf(subgraph: string): readonly string[] {
  return (Object.hasOwn(evaluable, subgraph) ? evaluable[subgraph] : undefined) ?? ofContacts;
}

/** Whether a subgraph can evaluate a condition. */
export function canEvaluate(subgraph: string, condition: Condition): boolean {
  return conditionsOf(subgraph).includes(condition.replace(/\(.*/, ''));
}

/** The closed list of field categories, in the words of a data owner's records of processing (GDPR 30). */
export const categories = {
  identity: 'who a person is, and the ways to find one person',
  'birth-year': 'year of birth',
  demographic: 'sex, language and the like',
  residence: 'where a person lives',
  place: 'where a person is served',
  family: 'family ties',
  'service-use': 'which services a person uses, and when',
  diagnosis: 'diagnoses, by ICD-10 or another classification',
  health: 'other facts on health',
  'social-care': 'social services and child protection',
  education: 'attendance in early education',
  financial: 'money',
  derived: 'computed from several registries',
  operational: 'about the registers and their rules, not about people',
} as const;

export type Category = keyof typeof categories;

/**
 * Categories that reveal where somebody is. They are withheld for people under non-disclosure for safety
 * (661/2009 §36).
 */
export const whereabouts: ReadonlySet<Category> = new Set<Category>(['residence', 'place', 'family']);
