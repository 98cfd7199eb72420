import { addYears, type Day, yearOf } from '../calendar.js';
import { type ChildRecord, type CircumstanceName, circumstancesOf } from './childCircumstances.js';
import type { PlantedEffects } from './plantedEffects.js';
import { PREDICTION_YEARS, yearStart } from './protectionSteps.js';

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

export interface Need {
  /** The hazard of becoming a client in each year of the block, if the child was not a client until then. */
  readonly hazards: readonly number[];
  readonly circumstances: ReadonlySet<CircumstanceName>;
}

/**
 * The true yearly hazards of a child who is not a client on a block's date. They depend only on what the
 * registers have.
 */
export function needOf(record: ChildRecord, { intercept, alone, together: effects }: PlantedEffects): Need {
  const circumstances = circumstancesOf(record);
  const present = effects.filter(({ together }) => together.every((name) => circumstances.has(name)));
  let burden = intercept;
  for (const name of circumstances) burden += alone[name];
  for (const { logOdds } of present) burden += logOdds;
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
