/** The rules that find unusual access. docs/unusual-access.md explains each of them in words. */
export type UnusualRule =
  'many-people' | 'unusual-hours' | 'own-people' | 'many-readers' | 'repeated-break-glass' | 'probing';

export interface RuleTerms {
  readonly rule: UnusualRule;
  /** The least number that is found, whatever is usual. */
  readonly atLeast: number;
  /** A finding is more than this many times what is usual; undefined if the rule knows no habit. */
  readonly times: number | undefined;
  /** The law that asks for the control. */
  readonly basis: readonly string[];
}

/** How many days before the period a habit is taken from, and how many days with reads make a habit. */
export const HABIT_DAYS = 60;
export const LEAST_HABIT_DAYS = 5;

/** Hours of the night in Finland: from 21 to 6. */
export const NIGHT = { from: 21, until: 6 } as const;
/** Who reads at night on more than this share of their days has the habit to. */
export const NIGHT_SHARE = 0.1;

const TERMS: readonly RuleTerms[] = [
  { rule: 'many-people', atLeast: 20, times: 3, basis: ['GDPR 5(1)(c)', 'GDPR 32(4)'] },
  { rule: 'unusual-hours', atLeast: 5, times: undefined, basis: ['GDPR 32(4)'] },
  { rule: 'own-people', atLeast: 1, times: undefined, basis: ['GDPR 5(1)(b)', 'GDPR 32(4)'] },
  { rule: 'many-readers', atLeast: 10, times: undefined, basis: ['GDPR 5(1)(f)', 'GDPR 32(4)'] },
  { rule: 'repeated-break-glass', atLeast: 3, times: undefined, basis: ['GDPR 5(1)(b)', 'GDPR 32(4)'] },
  { rule: 'probing', atLeast: 20, times: undefined, basis: ['GDPR 5(1)(f)', 'GDPR 32(1)'] },
];

/** Each rule with its numbers. */
export const ruleTerms: ReadonlyMap<UnusualRule, RuleTerms> = new Map(
  TERMS.map((terms) => [terms.rule, terms]),
);
