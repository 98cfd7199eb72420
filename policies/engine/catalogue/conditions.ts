import { type Condition, type ConditionName, conditionNames } from '../decision.js';

/** What each condition asks, to stand behind "shown if ...". */
const conditions: Readonly<Record<ConditionName, string>> = {
  'care-relationship': 'the caller has a care relationship with the person',
  'own-unit': 'the record is of a unit of the caller',
  'own-data': 'the person is the caller',
  minor: 'the person is under 18',
  adult: 'the person is 18 or older',
  'break-glass': 'the caller has broken the glass: stated a reason, which is reviewed',
  'not-objected': 'the person has not objected to the disclosure',
};

const WITHIN_YEARS = /^within-years\(([1-9]\d{0,2})\)$/;
const BORN = /^born\((\d{4})-(\d{4})\)$/;
const LIVING_IN = /^living-in\((.+)\)$/;

/** The condition that an owner wrote; undefined where there is none such. */
export function parseCondition(text: string): Condition | undefined {
  const known = (conditionNames as readonly string[]).includes(text) || WITHIN_YEARS.test(text);
  return known ? (text as Condition) : undefined;
}

/** How conditions are written, to offer to whoever wrote another. */
export const conditionForms: readonly string[] = [...conditionNames, 'within-years(5)'];

/** Whether a condition holds wherever another does: what began within three years began within five. */
export function implies(holding: Condition, asked: Condition): boolean {
  if (holding === asked) return true;
  const [held, within] = [holding, asked].map((condition) => Number(WITHIN_YEARS.exec(condition)?.[1]));
  return held! <= within!;
}

/** A condition in words, to stand behind "if". */
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

/** What follows from the caller alone. */
const ofCaller: readonly ConditionKind[] = ['own-data', 'break-glass'];

/** A registry of contacts has the data for every condition. */
const ofContacts: readonly ConditionKind[] = [...conditionNames, 'within-years'];

/**
 * What other subgraphs have the data to evaluate; all else never holds there. The population register keeps no care
 * relationships, units or objections, and derived subgraphs have no register data at all.
 */
const evaluable: Readonly<Record<string, readonly ConditionKind[]>> = {
  population: ['own-data', 'minor', 'adult', 'within-years', 'break-glass'],
  paths: ofCaller,
  directory: ofCaller,
  linkage: ofCaller,
  governance: [],
};

/** The conditions that a subgraph can evaluate, as they are written. */
export function conditionsOf(subgraph: string): readonly string[] {
  return (Object.hasOwn(evaluable, subgraph) ? evaluable[subgraph] : undefined) ?? ofContacts;
}

/** Whether a subgraph could ever find that a condition holds. */
export function canEvaluate(subgraph: string, condition: Condition): boolean {
  return conditionsOf(subgraph).includes(condition.replace(/\(.*/, ''));
}

/** What a field tells, in the words of a data owner's register of processing (GDPR 30). A closed catalogue. */
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

/** What tells where somebody is: for people under non-disclosure for safety it is withheld (661/2009 §36). */
export const whereabouts: ReadonlySet<Category> = new Set<Category>(['residence', 'place', 'family']);
