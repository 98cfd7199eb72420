import { addYears, type Day, dayOf, PERIOD, YEAR } from '../calendar.js';
import { burden } from '../circumstances.js';
import { ageOn, firstDay, isResidentOn, lastDay, type Person, type Population } from '../people.js';
import { Random } from '../random.js';
import { type Need, needOf, shareUnder18 } from './hazards.js';
import { type ChildHome, childHomes, Histories, isMinor } from './histories.js';
import {
  BLOCK_DATES,
  HORIZON_YEARS,
  isClientship,
  type ProtectionStep,
  type ProtectionStepKind,
  yearStart,
} from './protectionSteps.js';

/** What was to come for a child who was no client on a block's date, and what was drawn. */
export interface TrueNeed extends Need {
  readonly child: Person;
  readonly date: Day;
  /** The first day of clientship in the block, or null where none came while the child lived in the city. */
  readonly clientFrom: Day | null;
}

interface Protection {
  /** Every child's steps, in order of time; children without any are left out. */
  readonly steps: ReadonlyMap<Person, readonly ProtectionStep[]>;
  readonly needs: readonly TrueNeed[];
}

/**
 * Child protection over the whole period. Before the first block date, and for those who are clients on a block date or
 * come after it, the latent burdens of the household decide; everybody else's first clientship in a block is drawn from
 * the hazards of what the registers hold on its date, and from chance.
 */
export function drawProtection(
  { persons, families }: Population,
  seed: number,
  onShare: (share: number) => void = () => undefined,
): Protection {
  const homes = new Map(BLOCK_DATES.map((date) => [date, childHomes(families, date)]));
  const histories = observe(persons, homes, seed, onShare);
  const steps = new Map<Person, readonly ProtectionStep[]>();
  const needs: TrueNeed[] = [];
  for (const child of persons) {
    if (!isMinor(child, firstDay(child))) continue;
    const course = new ProtectionCourse(child, Random.stream(seed, 'protection', child.index));
    course.live(PERIOD.first, BLOCK_DATES[0] as Day, true);
    BLOCK_DATES.forEach((date, index) => {
      const end = BLOCK_DATES[index + 1] ?? PERIOD.last;
      const home = homes.get(date)?.get(child);
      if (home === undefined || !isResidentOn(child, date) || course.isClientOn(date)) {
        course.live(date + 1, end, true);
        return;
      }
      const need = needOf({ child, date, home, steps: course.steps, histories });
      const clientFrom = drawClientship(child, date, need, Random.stream(seed, 'need', child.index, index));
      course.live(date + 1, clientFrom === null ? end : clientFrom - 1, false);
      if (clientFrom !== null) {
        course.becomeClient(clientFrom, date + 1);
        course.live(clientFrom + 1, end, true);
      }
      needs.push({ ...need, child, date, clientFrom });
    });
    if (course.steps.length > 0) steps.set(child, course.steps);
  }
  return { steps, needs };
}

/** Reads what the registers hold of the minors of the block dates and of their parents. */
function observe(
  persons: readonly Person[],
  homes: ReadonlyMap<Day, ReadonlyMap<Person, ChildHome>>,
  seed: number,
  onShare: (share: number) => void,
): Histories {
  const concerned = new Set<Person>();
  for (const byChild of homes.values()) {
    for (const [child, { parents }] of byChild)
      for (const person of [child, ...parents]) concerned.add(person);
  }
  const histories = new Histories(BLOCK_DATES, persons.length);
  let done = 0;
  for (const person of concerned) {
    histories.observe(seed, person);
    if (++done % 1024 === 0) onShare(done / concerned.size);
  }
  return histories;
}

/** The day of a first clientship in the block, if one comes before the child leaves the city. */
function drawClientship(child: Person, date: Day, { hazards }: Need, random: Random): Day | null {
  for (let year = 1; year <= HORIZON_YEARS; year++) {
    if (!random.chance(hazards[year - 1] as number)) continue;
    const [start, next] = [yearStart(date, year), yearStart(date, year + 1)];
    const days = Math.max(1, Math.floor((next - start) * shareUnder18(child.birth, date, year)));
    const day = start + random.int(0, days - 1);
    return day <= lastDay(child) ? day : null;
  }
  return null;
}

/**
 * From this day needs are assessed under the Social Welfare Act (1301/2014): fewer become clients, and many who were
 * clients in open care go on in family social work.
 */
const REFORM = dayOf(2015, 4, 1);
const PASSED_ON_AT_REFORM = 0.6;
const PASSING_ON_DAYS = 60;

/** Notifications a child and year without burden, and how steeply burdens together raise them. */
const BASE_RATE = 0.0205;
const SLOPE = 1.8;
/** Notifications became more usual year by year. */
const GROWTH = 0.025;
const STRIDE = 30;

/** Share of assessments that end in open care. */
const CARE_AFTER_ASSESSMENT = { before: 0.8, after: 0.6 };

/** Open care lasts this long at least, and longer by an exponential time; a placement likewise. Days. */
const OPEN_CARE = { least: 90, mean: 2.4 * YEAR };
const PLACEMENT = { least: 90, mean: 2.6 * YEAR };

/** The steps of child protection in one child's life, which are lived from one day on to the next. */
class ProtectionCourse {
  private readonly taken: ProtectionStep[] = [];
  private readonly end: Day;
  private clientUntil = -Infinity;

  constructor(
    private readonly child: Person,
    private readonly random: Random,
  ) {
    this.end = Math.min(lastDay(child), addYears(child.birth, 18) - 1);
  }

  /** In order of time. */
  get steps(): readonly ProtectionStep[] {
    return this.taken.sort((a, b) => a.from - b.from);
  }

  /** Whether open care or a placement runs on a day. */
  isClientOn(day: Day): boolean {
    return this.taken.some(
      (step) => isClientship(step) && step.from <= day && (step.until === null || step.until >= day),
    );
  }

  /**
   * Notifications as the burdens of the household bring them, from one day up to another, both included, and the
   * assessments that follow. Where `clients` they may end in care; a decision after the last day is none of this time.
   */
  live(from: Day, until: Day, clients: boolean): void {
    const { child, random } = this;
    const end = Math.min(until, this.end);
    for (let day = Math.max(from, firstDay(child)); day <= end; day += STRIDE) {
      const load = burden(child.circumstances, day) + 0.8 * child.needs;
      const teenage = ageOn(child, day) >= 13 ? 1.6 : 1;
      const rate = Math.min(
        6,
        BASE_RATE * teenage * Math.exp(SLOPE * load + (GROWTH * (day - PERIOD.first)) / YEAR),
      );
      if (!random.chance((rate * STRIDE) / YEAR)) continue;
      const notified = Math.min(end, day + random.int(0, STRIDE - 1));
      this.take('notification', notified, notified);
      if (notified < this.clientUntil || !random.chance(0.75)) continue;
      const assessed = notified + random.int(1, 7);
      const concluded = assessed + random.int(20, 90);
      if (assessed > end) continue;
      this.take('assessment', assessed, concluded);
      this.clientUntil = concluded;
      const share = concluded < REFORM ? CARE_AFTER_ASSESSMENT.before : CARE_AFTER_ASSESSMENT.after;
      if (clients && concluded < end && random.chance(share)) this.enterCare(concluded + 1);
    }
  }

  /** Care begins on a day, after a notification and an assessment that do not reach back before `earliest`. */
  becomeClient(day: Day, earliest: Day): void {
    const assessed = Math.max(earliest + 1, this.clientUntil + 1, day - this.random.int(21, 90));
    if (assessed < day) {
      const notified = Math.max(earliest, assessed - this.random.int(1, 7));
      this.take('notification', notified, notified);
      this.take('assessment', assessed, day - 1);
    } else {
      this.take('notification', day, day);
    }
    this.enterCare(day);
  }

  private enterCare(from: Day): void {
    const { random } = this;
    const planned = Math.min(
      this.end,
      from + OPEN_CARE.least + Math.round(random.exponential(OPEN_CARE.mean)),
    );
    const finished = from < REFORM && planned >= REFORM ? this.passOn(planned) : planned;
    const load = burden(this.child.circumstances, from);
    if (finished - from < 240 || !random.chance(0.22 + 0.1 * load)) {
      this.take('open-care', from, finished);
      this.clientUntil = finished;
      return;
    }
    const placed = random.int(from + 60, finished - 90);
    const returned = Math.min(
      this.end,
      placed + PLACEMENT.least + Math.round(random.exponential(PLACEMENT.mean)),
    );
    this.take('open-care', from, placed - 1);
    this.take('placement', placed, returned);
    if (returned < finished) this.take('open-care', returned + 1, finished);
    this.clientUntil = Math.max(finished, returned);
    // Until 2020 after-care lasted to the age of 21 (417/2007 §76).
    if (ageOn(this.child, returned) >= 17.5 && returned < lastDay(this.child)) {
      this.take('after-care', returned + 1, addYears(this.child.birth, 21));
    }
  }

  /** At the reform. */
  private passOn(planned: Day): Day {
    return this.random.chance(PASSED_ON_AT_REFORM)
      ? Math.min(planned, REFORM + this.random.int(0, PASSING_ON_DAYS))
      : planned;
  }

  /** A step that outlasts the stay in the city ends with it, and one that outlasts the period has no end. */
  private take(kind: ProtectionStepKind, from: Day, until: Day): void {
    const last = lastDay(this.child);
    const closed = until < last ? until : last < PERIOD.last ? last : null;
    this.taken.push({ kind, from, until: closed });
  }
}
