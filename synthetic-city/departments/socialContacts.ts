import { addYears, type Day, calendarDay, monthsBetween, officeDay, YEAR, yearOf } from '../calendar.js';
import { strength } from '../circumstances.js';
import { ageOn, residentFrom, isLoneParentOn, residentUntil, type SyntheticPerson } from '../people.js';
import { blockStart, type ProtectionStep } from '../protection/protectionSteps.js';
import { Random } from '../random.js';

/** Services in the order of the rates below. */
export const SOCIAL_SERVICES = [
  'S10',
  'S11',
  'S20',
  'S21',
  'S22',
  'S23',
  'S30',
  'S31',
  'S40',
  'S50',
  'S60',
  'S70',
  'S80',
] as const;

export type SocialService = (typeof SOCIAL_SERVICES)[number];

export interface SocialContact {
  readonly day: Day;
  readonly service: SocialService;
}

/** Contacts per year with the client during a step, and the service that has them. */
const DURING_STEP: Partial<Record<ProtectionStep['kind'], { service: SocialService; yearly: number }>> = {
  assessment: { service: 'S20', yearly: 14 },
  'open-care': { service: 'S21', yearly: 9 },
  placement: { service: 'S22', yearly: 11 },
  'after-care': { service: 'S23', yearly: 8 },
};

/** Mean contacts with child guidance in the year before a first notification. */
const GUIDANCE_BEFORE = 3.5;

/** Share of income-support months with a contact. */
const MET_FOR_SUPPORT = 0.4;

/** Contacts outside child protection, in order of time. Every call gives the same contacts. */
export function ordinaryContactsOf(
  seed: number,
  person: SyntheticPerson,
  support: readonly IncomeSupportMonth[],
): readonly SocialContact[] {
  const random = Random.stream(seed, 'social-contacts', person.index);
  const first = residentFrom(person);
  const last = residentUntil(person);
  const contacts: SocialContact[] = [];
  for (let year = yearOf(first); year <= yearOf(last); year++) {
    const from = Math.max(first, calendarDay(year, 1, 1));
    const until = Math.min(last, calendarDay(year, 12, 31));
    const rates = yearlyRates(person, Math.floor((from + until) / 2));
    const total = rates.reduce((sum, rate) => sum + rate, 0);
    for (let left = random.poisson((total * (until - from + 1)) / 365); left > 0; left--) {
      const day = Math.max(first, officeDay(random.int(from, until)));
      contacts.push({ day, service: SOCIAL_SERVICES[random.weighted(rates)] as SocialService });
    }
  }
  for (const month of support) {
    if (!random.chance(MET_FOR_SUPPORT)) continue;
    const day = officeDay(month.first + random.int(0, 25));
    if (day >= first && day <= last) contacts.push({ day, service: 'S11' });
  }
  return contacts.sort((a, b) => a.day - b.day);
}

/**
 * Contacts that belong to steps of child protection, in order of time. No contact is before its step, and
 * guidance before a notification is never in an earlier block. So these contacts do not predict the step.
 */
export function protectionContactsOf(
  seed: number,
  person: SyntheticPerson,
  steps: readonly ProtectionStep[],
): readonly SocialContact[] {
  if (steps.length === 0) return [];
  const random = Random.stream(seed, 'protection-contacts', person.index);
  const contacts: SocialContact[] = [];
  const notified = steps.find((step) => step.kind === 'notification');
  if (notified !== undefined) {
    const from = Math.max(notified.from - 365, residentFrom(person), blockStart(notified.from));
    const days = Math.max(0, notified.from - from);
    for (let left = random.poisson((GUIDANCE_BEFORE * days) / 365); left > 0; left--) {
      contacts.push({ day: Math.max(from, officeDay(random.int(from, notified.from - 1))), service: 'S30' });
    }
  }
  for (const { kind, from, until } of steps) {
    const during = DURING_STEP[kind];
    if (during === undefined) continue;
    const end = until ?? residentUntil(person);
    for (let left = random.poisson((during.yearly * (end - from + 1)) / YEAR); left > 0; left--) {
      contacts.push({ day: Math.max(from, officeDay(random.int(from, end))), service: during.service });
    }
  }
  return contacts.sort((a, b) => a.day - b.day);
}

/** Expected contacts per year by service, outside child protection. */
function yearlyRates(person: SyntheticPerson, day: Day): number[] {
  const age = ageOn(person, day);
  const { circumstances, frailty, needs } = person;
  const economy = strength(circumstances.economy, day);
  const mental = strength(circumstances.mentalHealth, day);
  const conflict = strength(circumstances.conflict, day);
  const substances = strength(circumstances.substances, day);
  const adult = age >= 18;
  const minor = age < 18;
  const youngMother = person.deliveries.some((birth) => day - birth > 0 && day < addYears(birth, 3));
  const newcomer = !['fi', 'sv', 'en'].includes(person.language) && day - residentFrom(person) < 3 * YEAR;
  return [
    adult ? 0.03 + 2 * economy ** 1.5 + substances ** 2 : 0,
    0,
    minor ? 0.02 + 0.8 * conflict * mental : 0,
    0,
    0,
    0,
    minor && age > 2 ? 0.04 + 1.6 * needs ** 2 + 0.8 * conflict ** 1.5 : 0,
    adult && age < 55 ? 0.02 + 0.5 * conflict : 0,
    youngMother ? 0.2 + 2 * mental : 0,
    0.05 + (minor ? needs ** 2 : 0.08 * frailty),
    age >= 75 ? (age - 70) * 1.1 * Math.max(0, frailty - 0.5) : 0,
    adult ? 3 * substances ** 1.5 : 0,
    newcomer ? 2.2 : 0,
  ];
}

export interface IncomeSupportMonth {
  /** The first of the month. */
  readonly first: Day;
  readonly cents: number;
}

/**
 * Yearly rate of spells at full economic strain. Lone parents and young people have more; a spell lasts some
 * months.
 */
const SPELL_RATE = 0.7;
const LONE_PARENT = 12;
const YOUNG = 3.5;
const MEAN_MONTHS = 11;

/**
 * The months for which an adult was paid, with at most one payment each. Every call gives the same months.
 */
export function incomeSupportOf(seed: number, person: SyntheticPerson): readonly IncomeSupportMonth[] {
  const random = Random.stream(seed, 'income-support', person.index);
  const months: IncomeSupportMonth[] = [];
  let spellEnd = -Infinity;
  for (const month of monthsBetween(residentFrom(person) + 1, residentUntil(person))) {
    const age = ageOn(person, month);
    if (age < 18 || age > 75) continue;
    const strain = strength(person.circumstances.economy, month);
    if (month > spellEnd) {
      const often = isLoneParentOn(person, month) ? LONE_PARENT : age < 26 ? YOUNG : 1;
      const rate = SPELL_RATE * often * strain ** 1.5;
      if (!random.chance(rate / 12)) continue;
      spellEnd = month + Math.round(random.exponential((MEAN_MONTHS * YEAR) / 12));
    }
    months.push({ first: month, cents: random.int(8_000, 62_000) + Math.round(40_000 * strain) });
  }
  return months;
}
