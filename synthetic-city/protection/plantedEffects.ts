import { Random } from '../random.js';
import { type CircumstanceName, CIRCUMSTANCES } from './childCircumstances.js';

/** What the circumstances of a child add to the log-odds of becoming a client within a year. */
export interface PlantedEffects {
  /** The log-odds of a child of early school age without any circumstance. */
  readonly intercept: number;
  /** Added for a circumstance that is present, with others or alone. */
  readonly alone: Readonly<Record<CircumstanceName, number>>;
  /** Added for circumstances that are present together. */
  readonly together: readonly Effect[];
}

export interface Effect {
  readonly logOdds: number;
  readonly together: readonly CircumstanceName[];
}

const NAMES = Object.keys(CIRCUMSTANCES) as CircumstanceName[];

const effect = (logOdds: number, ...together: CircumstanceName[]): Effect => ({ logOdds, together });
const everywhere = (of: (name: CircumstanceName) => number): PlantedEffects['alone'] =>
  Object.fromEntries(NAMES.map((name) => [name, of(name)])) as PlantedEffects['alone'];

/**
 * Truth 1. A circumstance alone has little effect: it multiplies the odds by 1.2. A pair or a triple
 * multiplies them by three to four.
 */
const FIRST: PlantedEffects = {
  intercept: -5.6,
  alone: everywhere(() => 0.2),
  together: [
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
  ],
};

/** Truth 0, the null city: about as many clients, and no circumstance has anything to do with it. */
const NONE: PlantedEffects = { intercept: -4, alone: everywhere(() => 0), together: [] };

/** As many as in truth 1. */
const [PAIRS, TRIPLES] = [17, 6];
/** So many circumstances have no effect at all, so that a method can be caught at naming them. */
const NULLS = 4;
/** A circumstance occurs in so many pairs at most. */
const MOST_PAIRS = 4;
const [LEAST_PAIR, LEAST_TRIPLE] = [0.004, 0.003];

/** The share of children with each circumstance in a city of 40,000 people (seed 7). */
const SHARES: Readonly<Record<CircumstanceName, number>> = {
  childEmergency: 0.16,
  youthClinic: 0.05,
  schoolHealth: 0.13,
  speechTherapy: 0.04,
  disability: 0.17,
  dayCareAbsence: 0.01,
  parentMentalHealth: 0.08,
  parentSubstances: 0.15,
  parentEmergency: 0.23,
  incomeSupport: 0.08,
  adultSocialWork: 0.25,
  homeHelp: 0.14,
  familyLaw: 0.16,
  loneParent: 0.19,
  familyChange: 0.06,
  moves: 0.18,
  youngParent: 0.11,
  manyChildren: 0.34,
  newcomer: 0.12,
  notified: 0.09,
  formerClient: 0.06,
};

/** Of children below school age only, and of pupils only: nobody has one of each. */
const BELOW_SCHOOL_AGE: readonly CircumstanceName[] = ['speechTherapy', 'dayCareAbsence'];
const OF_PUPILS: readonly CircumstanceName[] = ['youthClinic', 'schoolHealth'];
/** A newcomer has had no time for these. */
const TAKES_TIME: readonly CircumstanceName[] = ['homeHelp', 'familyChange', 'formerClient'];

/**
 * The effects that a truth seed plants: 0 nothing, 1 those of docs/city.md, any other seed pairs, triples,
 * strengths and circumstances without effect of its own. Combinations are those that enough children have.
 */
export function plantedEffects(truthSeed: number): PlantedEffects {
  if (truthSeed === 0) return NONE;
  if (truthSeed === 1) return FIRST;
  const random = Random.stream(truthSeed, 'truth');
  const names = random.sample(NAMES, NAMES.length);
  const nulls = new Set(names.slice(0, NULLS));
  const effective = names.slice(NULLS);
  const strength = () => Math.round(random.between(1, 1.4) * 20) / 20;
  const together: Effect[] = [];
  const pairs = random.sample(combinations(effective, 2), Infinity).filter(areCommon(LEAST_PAIR));
  for (const pair of pairs) {
    if (together.length === PAIRS) break;
    const isTaken = (name: CircumstanceName) =>
      together.filter((one) => one.together.includes(name)).length === MOST_PAIRS;
    if (!pair.some(isTaken)) together.push(effect(strength(), ...pair));
  }
  const triples = random.sample(combinations(effective, 3), Infinity).filter(areCommon(LEAST_TRIPLE));
  for (const triple of triples) {
    if (together.length === PAIRS + TRIPLES) break;
    // A triple around a planted pair would say little that the pair does not say.
    const holdsAnother = together.some(
      (one) => one.together.filter((name) => triple.includes(name)).length > 1,
    );
    if (!holdsAnother) together.push(effect(strength(), ...triple));
  }
  const alone = everywhere((name) => (nulls.has(name) ? 0 : random.int(2, 6) / 20));
  return { intercept: FIRST.intercept, alone, together };
}

/** Whether so many children have all of these, if circumstances were independent of each other. */
function areCommon(least: number): (names: readonly CircumstanceName[]) => boolean {
  return (names) => {
    const any = (group: readonly CircumstanceName[]) => names.some((name) => group.includes(name));
    if (any(BELOW_SCHOOL_AGE) && any(OF_PUPILS)) return false;
    if (names.includes('newcomer') && any(TAKES_TIME)) return false;
    return names.reduce((share, name) => share * SHARES[name], 1) >= least;
  };
}

function combinations(names: readonly CircumstanceName[], size: number): CircumstanceName[][] {
  if (size === 0) return [[]];
  return names.flatMap((name, index) =>
    combinations(names.slice(index + 1), size - 1).map((others) => [name, ...others]),
  );
}
