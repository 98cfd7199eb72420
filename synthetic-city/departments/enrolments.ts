import {
  addYears,
  type Day,
  calendarDay,
  isoDate,
  monthsBetween,
  PERIOD,
  YEAR,
  yearOf,
} from '../calendar.js';
import { strength } from '../circumstances.js';
import { ageOn, residentFrom, residentUntil, type SyntheticPerson } from '../people.js';
import { areaIndex, codesOf } from '../places.js';
import { Random } from '../random.js';

export const EDUCATION_SERVICES = ['V10', 'V20', 'V30', 'V40', 'V50', 'V60'] as const;

type EducationService = (typeof EDUCATION_SERVICES)[number];

export interface Enrolment {
  readonly unit: string;
  readonly service: EducationService;
  readonly from: Day;
  readonly until: Day | null;
  readonly hoursPerWeek: number;
}

/** Age in years by which a share of children has begun (2015: 30 % of under 3, 79 % of 3-5). */
const BEGUN_BY: readonly (readonly [age: number, share: number])[] = [
  [0.85, 0],
  [1.0, 0.08],
  [1.3, 0.32],
  [1.6, 0.4],
  [2, 0.48],
  [2.5, 0.59],
  [3, 0.71],
  [3.5, 0.82],
  [4, 0.87],
  [5, 0.91],
  [6, 0.93],
];

/** How much smaller the share is for each earlier year of birth, until 2015. */
const COVERAGE_GAP_A_YEAR = 0.045;

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

const UNITS = codesOf('education', 'units');
const AREAS = codesOf('population', 'areas').length;

/** Share of children who are in pre-primary education in the year before school. */
const PRE_PRIMARY_SHARE = 0.95;

/** A child's enrolments in order of time. A new form or a move to another area gives a new enrolment. */
export function enrolmentsOf(seed: number, child: SyntheticPerson): readonly Enrolment[] {
  if (ageOn(child, residentFrom(child)) > 7) return [];
  const random = Random.stream(seed, 'education', child.index);
  const birthYear = yearOf(child.birth);
  const school = calendarDay(birthYear + 7, 8, 1);
  const prePrimary = calendarDay(birthYear + 6, 8, 1);
  const last = Math.min(residentUntil(child), school - 1);
  const form = FORMS[random.weighted(FORMS.map(([, share]) => share))]?.[0] ?? 'V10';
  const begins = Math.max(
    beginning(child, random),
    residentFrom(child) === PERIOD.first ? PERIOD.first : residentFrom(child) + 30,
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
      const near = unitsNear(service, area);
      enrolments.push({
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

/**
 * Units of a kind are in the order of the areas, equally many in each. A kind with one unit serves all areas.
 */
function unitsNear(service: EducationService, area: number): readonly string[] {
  const all = UNITS.filter((unit) => unit.startsWith(`${UNIT_PREFIX[service]}-`));
  return all.length < AREAS
    ? all
    : all.filter((_, position) => Math.floor(position / (all.length / AREAS)) === area);
}

/** The day on which a child would begin, or a day in the far future. */
function beginning(child: SyntheticPerson, random: Random): Day {
  const threeYears = yearOf(child.birth) + 3;
  const drawn = random.next() / (1 - COVERAGE_GAP_A_YEAR * Math.max(0, PERIOD.lastYear - 1 - threeYears));
  for (let i = 1; i < BEGUN_BY.length; i++) {
    const [age, share] = BEGUN_BY[i] as readonly [number, number];
    const [previousAge, previousShare] = BEGUN_BY[i - 1] as readonly [number, number];
    if (drawn >= share) continue;
    const fraction = (drawn - previousShare) / (share - previousShare);
    return child.birth + Math.round((previousAge + fraction * (age - previousAge)) * YEAR);
  }
  return addYears(child.birth, 100);
}

/** Most centres close in July. */
const JULY_SHARE = 0.3;

/** Weeks and working days in a month. */
const WEEKS = 4.35;
const WORKING_DAYS = 22;
const MOST_ABSENCE = 20;

interface AttendedMonth {
  /** The first of the month. */
  readonly month: Day;
  readonly hours: number;
  readonly absenceDays: number;
}

/** Each whole month of an enrolment. Every call gives the same months. */
export function attendanceOf(seed: number, child: SyntheticPerson, enrolment: Enrolment): AttendedMonth[] {
  const random = Random.stream(seed, 'attendance', child.index, enrolment.from);
  const until = enrolment.until ?? PERIOD.last;
  const attended: AttendedMonth[] = [];
  const months = monthsBetween(enrolment.from, until + 1);
  months.forEach((month, i) => {
    const whole = i < months.length - 1 || until === PERIOD.last;
    const july = isoDate(month).slice(5, 7) === '07';
    if (!whole || (july && !random.chance(JULY_SHARE))) return;
    const absenceDays = Math.min(MOST_ABSENCE, random.poisson(meanAbsence(child, month)));
    const hours =
      enrolment.hoursPerWeek * WEEKS * (1 - absenceDays / WORKING_DAYS) * random.between(0.85, 1.02);
    attended.push({ month, hours: Math.round(hours * 2) / 2, absenceDays });
  });
  return attended;
}

/** Days of absence a month. Children of strained homes are absent more often. */
function meanAbsence({ needs, circumstances }: SyntheticPerson, day: Day): number {
  return (
    1.2 +
    1.5 * needs +
    2 * strength(circumstances.mentalHealth, day) +
    3 * strength(circumstances.substances, day) +
    1.5 * strength(circumstances.conflict, day)
  );
}
