import { type Day, calendarDay, officeDay, PERIOD, yearOf } from '../calendar.js';
import { strength } from '../circumstances.js';
import { ageOn, residentFrom, residentUntil, type SyntheticPerson } from '../people.js';
import { Random } from '../random.js';

/** Services in the order of the rates below. */
export const HEALTH_SERVICES = [
  'T11',
  'T12',
  'T13',
  'T20',
  'T21',
  'T22',
  'T30',
  'T40',
  'T50',
  'T60',
  'T61',
  'T70',
  'T80',
  'T90',
] as const;

export type HealthService = (typeof HEALTH_SERVICES)[number];

const MATERNITY = HEALTH_SERVICES.indexOf('T20');
const CHILD_CLINIC = HEALTH_SERVICES.indexOf('T21');
const OPEN_AT_WEEKENDS = HEALTH_SERVICES.map((service) => ['T80', 'T90', 'T13'].includes(service));

/** Scales all rates: about 10 contacts a resident-year over all departments (37 million / 520,000 people). */
const VOLUME = 1.33;

/** Recommended checks: days before birth for mothers, after birth for children. */
const BEFORE_BIRTH = [210, 182, 154, 126, 98, 77, 63, 49, 35, 21, 14, 7];
const AFTER_BIRTH = [10, 21, 42, 61, 91, 122, 152, 183, 243, 304, 365, 548, 730, 1096, 1461, 1826, 2191];

/** Calls back with all visits of one person in order of time. Every call gives the same visits. */
export function forEachVisit(
  seed: number,
  person: SyntheticPerson,
  visit: (day: Day, service: HealthService) => void,
): void {
  const random = Random.stream(seed, 'health-visits', person.index);
  const first = residentFrom(person);
  const last = residentUntil(person);
  const visits: number[] = [];
  const add = (day: Day, service: number): void => {
    if (day < first || day > last) return;
    const open = OPEN_AT_WEEKENDS[service] ? day : Math.max(first, officeDay(day));
    visits.push(open * HEALTH_SERVICES.length + service);
  };

  for (let year = yearOf(first); year <= yearOf(last); year++) {
    const from = Math.max(first, calendarDay(year, 1, 1));
    const until = Math.min(last, calendarDay(year, 12, 31));
    const rates = yearlyRates(person, Math.floor((from + until) / 2));
    const total = rates.reduce((sum, rate) => sum + rate, 0);
    const share = (until - from + 1) / 365;
    for (let left = random.poisson(VOLUME * total * share); left > 0; left--) {
      add(random.int(from, until), random.weighted(rates));
    }
  }
  for (const birth of person.deliveries) {
    for (const before of BEFORE_BIRTH)
      if (random.chance(0.92)) add(birth - before + random.int(-3, 3), MATERNITY);
    if (random.chance(0.85)) add(birth + random.int(5, 80), MATERNITY);
  }
  if (person.birth > PERIOD.first - 2200) {
    for (const after of AFTER_BIRTH)
      if (random.chance(0.9)) add(person.birth + after + random.int(0, 10), CHILD_CLINIC);
  }
  for (const packed of Int32Array.from(visits).sort()) {
    visit(
      Math.floor(packed / HEALTH_SERVICES.length),
      HEALTH_SERVICES[packed % HEALTH_SERVICES.length] as HealthService,
    );
  }
}

/** Expected visits a year by service, before scaling: age, own frailty, and the household's strains. */
function yearlyRates(person: SyntheticPerson, day: Day): number[] {
  const age = ageOn(person, day);
  const { circumstances, frailty, needs } = person;
  const mental = strength(circumstances.mentalHealth, day);
  const substances = age >= 15 ? strength(circumstances.substances, day) : 0;
  const conflict = strength(circumstances.conflict, day);
  const adult = age >= 18;
  const illness = frailty * (1 + 0.4 * mental) * illnessByAge(age);
  return [
    0.95 * illness,
    (age >= 60 ? 1.35 : 0.6) * illness,
    1.6 * illness + (age < 3 ? 1.5 : 0),
    0,
    age < 7 ? 0.5 * needs : 0,
    age >= 7 && age < 18 ? 1.1 + 1.5 * needs : 0,
    age >= 3 ? 0.05 + 0.75 * frailty : 0,
    adult ? 0.35 * illness : 0.05,
    age >= 3 && age < 8 ? 5 * needs ** 1.5 : 0,
    adult ? (0.02 + 7 * mental ** 1.5) * (0.4 + 0.6 * frailty) : 0,
    age >= 13 && age < 22 ? 0.1 + 2.5 * conflict * needs + 2 * mental * needs : 0,
    adult ? 6 * substances ** 1.5 : 0,
    0.32 * illness + 0.9 * substances + 0.3 * conflict,
    0.05 * illness,
  ];
}

function illnessByAge(age: number): number {
  if (age < 2) return 1.9;
  if (age < 7) return 1.3;
  if (age < 18) return 0.75;
  if (age < 45) return 0.9;
  if (age < 65) return 1.2;
  return age < 80 ? 2 : 2.8;
}
