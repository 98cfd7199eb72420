import { addYears, type Day, yearOf } from '../calendar.js';
import { type ChildRecord, type CircumstanceName, circumstancesOf } from './childCircumstances.js';
import { PREDICTION_YEARS, yearStart } from './protectionSteps.js';

/** Log-odds of becoming a client within a year, for a child of early school age without any circumstance. */
export const INTERCEPT = -5.6;

/** Added by the child's age at the beginning of a year of the block. */
export const BY_AGE: readonly (readonly [from: number, logOdds: number])[] = [
  [0, 0.3],
  [2, 0.1],
  [5, -0.1],
  [7, 0],
  [12, 0.4],
  [14, 0.9],
];

/** Added in calendar years. The Social Welfare Act (1301/2014) came into force in April 2015. */
export const BY_YEAR: ReadonlyMap<number, number> = new Map([
  [2015, -0.3],
  [2016, -0.4],
]);

/** Added for circumstances that are present together. */
export interface Effect {
  readonly logOdds: number;
  readonly together: readonly CircumstanceName[];
}

const effect = (logOdds: number, ...together: CircumstanceName[]): Effect => ({ logOdds, together });

/** A circumstance alone has little effect: it multiplies the odds by 1.2. */
export const ALONE = 0.2;

/**
 * Circumstances that are present together have a large effect: a pair or a triple multiplies the odds by
 * three to four.
 */
export const HAZARD_INTERACTIONS: readonly Effect[] = [
  effect(1.35, 'parentMentalHealth', 'loneParent'),
  effect(1.25, 'parentSubstances', 'childEmergency'),
  effect(1.35, 'incomeSupport', 'moves'),
  effect(1.25, 'adultSocialWork', 'youngParent'),
  effect(1.2, 'familyLaw', 'parentEmergency'),
  effect(1.35, 'familyChange', 'schoolHealth'),
  effect(1.2, 'manyChildren', 'homeHelp'),
  effect(1.35, 'youthClinic', 'schoolHealth'),
  effect(1.25, 'disability', 'speechTherapy'),
  effect(1.35, 'dayCareAbsence', 'parentMentalHealth'),
  effect(1.25, 'notified', 'loneParent'),
  effect(1.35, 'formerClient', 'moves'),
  effect(1.2, 'newcomer', 'adultSocialWork'),
  effect(1.25, 'youthClinic', 'loneParent'),
  effect(1.1, 'familyLaw', 'moves'),
  effect(1.2, 'incomeSupport', 'childEmergency'),
  effect(1.1, 'schoolHealth', 'parentSubstances'),
  effect(1.1, 'parentMentalHealth', 'parentSubstances', 'familyLaw'),
  effect(1, 'incomeSupport', 'adultSocialWork', 'loneParent'),
  effect(1.1, 'notified', 'parentSubstances', 'parentEmergency'),
  effect(1.1, 'disability', 'homeHelp', 'parentEmergency'),
  effect(1, 'manyChildren', 'adultSocialWork', 'moves'),
  effect(1, 'childEmergency', 'parentEmergency', 'loneParent'),
];

export interface Need {
  /** The hazard of becoming a client in each year of the block, if the child was not a client until then. */
  readonly hazards: readonly number[];
  readonly circumstances: ReadonlySet<CircumstanceName>;
}

/**
 * The true yearly hazards of a child who is not a client on a block's date. They depend only on what the
 * registers have.
 */
export function needOf(record: ChildRecord): Need {
  const circumstances = circumstancesOf(record);
  const burden = HAZARD_INTERACTIONS.filter(({ together }) =>
    together.every((name) => circumstances.has(name)),
  ).reduce((sum, { logOdds }) => sum + logOdds, INTERCEPT + ALONE * circumstances.size);
  const hazards = Array.from({ length: PREDICTION_YEARS }, (_, index) => {
    const start = yearStart(record.date, index + 1);
    const logOdds = burden + ageEffect(record.child.birth, start) + (BY_YEAR.get(yearOf(start)) ?? 0);
    const whole = 1 / (1 + Math.exp(-logOdds));
    return 1 - (1 - whole) ** shareUnder18(record.child.birth, record.date, index + 1);
  });
  return { hazards, circumstances };
}

/** The share of a block's year before the eighteenth birthday. */
export function shareUnder18(birth: Day, date: Day, year: number): number {
  const [start, next] = [yearStart(date, year), yearStart(date, year + 1)];
  return Math.min(1, Math.max(0, (addYears(birth, 18) - start) / (next - start)));
}

function ageEffect(birth: Day, day: Day): number {
  const age = yearOf(day) - yearOf(birth) - (addYears(birth, yearOf(day) - yearOf(birth)) > day ? 1 : 0);
  return (BY_AGE.findLast(([from]) => from <= age) ?? [0, 0])[1];
}
