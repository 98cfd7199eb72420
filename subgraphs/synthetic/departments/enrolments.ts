import { addYears, dayOf, PERIOD, yearOf, YEAR, type Day } from '../calendar.js';
import { ageOn, firstDay, lastDay, type Person } from '../people.js';
import type { Random } from '../random.js';
import { areaIndex, type Units } from '../units.js';

export const EDUCATION_SERVICES = ['V10', 'V20', 'V30', 'V40', 'V50', 'V60'] as const;

export type EducationService = (typeof EDUCATION_SERVICES)[number];

export interface Enrolment {
  readonly child: Person;
  readonly unit: string;
  readonly service: EducationService;
  readonly from: Day;
  readonly until: Day | null;
  readonly hoursPerWeek: number;
}

/** Age in years by which that share of children has begun (2015: 30 % of under 3, 79 % of 3-5). */
const BEGUN_BY: readonly (readonly [age: number, share: number])[] = [
  [0.85, 0],
  [1.0, 0.08],
  [1.3, 0.32],
  [1.6, 0.44],
  [2, 0.53],
  [2.5, 0.61],
  [3, 0.7],
  [3.5, 0.78],
  [4, 0.83],
  [5, 0.88],
  [6, 0.91],
];

/** How common each form of care is before the pre-primary year. */
const FORMS: readonly (readonly [EducationService, number])[] = [
  ['V10', 66],
  ['V20', 9],
  ['V30', 16],
  ['V40', 7],
  ['V60', 2],
];

const UNIT_PREFIX: Record<EducationService, string> = {
  V10: 'PK',
  V20: 'PPH',
  V30: 'PSP',
  V40: 'AVO',
  V50: 'PK',
  V60: 'VH',
};

/** Share of children who are in pre-primary education in the year before school. */
const PRE_PRIMARY_SHARE = 0.95;

/** A child's enrolments one after the other: a new one for a new form or after a move to another area. */
export function enrolmentsOf(child: Person, units: Units, random: Random): Enrolment[] {
  const birthYear = yearOf(child.birth);
  const school = dayOf(birthYear + 7, 8, 1);
  const prePrimary = dayOf(birthYear + 6, 8, 1);
  const last = Math.min(lastDay(child), school - 1);
  if (ageOn(child, firstDay(child)) > 7) return [];
  const form = FORMS[random.weighted(FORMS.map(([, share]) => share))]?.[0] ?? 'V10';
  const begins = Math.max(
    beginning(child, random),
    firstDay(child) === PERIOD.first ? PERIOD.first : firstDay(child) + 30,
  );
  const attendsPrePrimary = random.chance(PRE_PRIMARY_SHARE);
  const hoursPerWeek = random.pick([20, 25, 30, 35, 40, 40, 40]);

  const enrolments: Enrolment[] = [];
  for (const home of child.residences) {
    const stay = { from: Math.max(home.from, begins), until: Math.min(home.until ?? PERIOD.last, last) };
    const prePrimaryFrom = Math.max(home.from, prePrimary);
    const area = areaIndex(home.district);
    const enrol = (service: EducationService, from: Day, until: Day, hours: number): void => {
      if (from >= until) return;
      const near = units
        .all(UNIT_PREFIX[service])
        .filter((_, position, all) => inArea(position, all.length, area));
      enrolments.push({
        child,
        unit: random.pick(near),
        service,
        from,
        until: until === PERIOD.last ? null : until,
        hoursPerWeek: hours,
      });
    };
    enrol(form, stay.from, Math.min(stay.until, prePrimary - 1), form === 'V40' ? 10 : hoursPerWeek);
    if (attendsPrePrimary) enrol('V50', prePrimaryFrom, stay.until, Math.max(20, hoursPerWeek));
  }
  return enrolments;
}

/** Units of a kind stand in the order of the areas, equally many in each; a kind with one unit serves all. */
function inArea(position: number, count: number, area: number): boolean {
  return count < 7 || Math.floor(position / (count / 7)) === area;
}

/** The day on which a child would begin, or the far future. */
function beginning(child: Person, random: Random): Day {
  const drawn = random.next();
  for (let i = 1; i < BEGUN_BY.length; i++) {
    const [age, share] = BEGUN_BY[i] as readonly [number, number];
    const [previousAge, previousShare] = BEGUN_BY[i - 1] as readonly [number, number];
    if (drawn >= share) continue;
    const fraction = (drawn - previousShare) / (share - previousShare);
    return child.birth + Math.round((previousAge + fraction * (age - previousAge)) * YEAR);
  }
  return addYears(child.birth, 100);
}
