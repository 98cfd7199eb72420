import { addYears, type Day, calendarDay, PERIOD, YEAR } from '../calendar.js';
import { burden } from '../circumstances.js';
import {
  ageOn,
  residentFrom,
  isResidentOn,
  residentUntil,
  type SyntheticPerson,
  type Population,
} from '../people.js';
import { Random } from '../random.js';
import { type Need, needOf, shareUnder18 } from './hazards.js';
import { type ChildHome, childHomes, Histories, isMinor } from './histories.js';
import type { PlantedEffects } from './plantedEffects.js';
import {
  BLOCK_DATES,
  PREDICTION_YEARS,
  isClientship,
  type ProtectionStep,
  type ProtectionStepKind,
  yearStart,
} from './protectionSteps.js';

/**
 * The true hazards of a child who was not a client on a block's date, and the outcome that was drawn from
 * them.
 */
export interface TrueNeed extends Need {
  readonly child: SyntheticPerson;
  readonly date: Day;
  /**
   * The first day of clientship in the block, or null if the child did not become a client while living in
   * the city.
   */
  readonly clientFrom: Day | null;
}

interface Protection {
  /** Every child's steps in order of time. Children without steps are left out. */
  readonly steps: ReadonlyMap<SyntheticPerson, readonly ProtectionStep[]>;
  readonly needs: readonly TrueNeed[];
}

/**
 * Draws child protection over the whole period. For all other children, the first clientship in a block is
 * drawn from the hazards, which depend on what the registers have on the block's date. The latent burdens of
 * the household decide before the first block date, and for children who are clients on a block date or enter
 * the city after it.
 */
export function drawProtection(
  { persons, families }: Population,
  { seed, effects }: { readonly seed: number; readonly effects: PlantedEffects },
  onShare: (share: number) => void = () => undefined,
): Protection {
  const homes = new Map(BLOCK_DATES.map((date) => [date, childHomes(families, date)]));
  const histories = observe(persons, homes, seed, onShare);
  const steps = new Map<SyntheticPerson, readonly ProtectionStep[]>();
  const needs: TrueNeed[] = [];
  for (const child of persons) {
    if (!isMinor(child, residentFrom(child))) continue;
    const course = new ProtectionCourse(child, Random.stream(seed, 'protection', child.index));
    course.live(PERIOD.first, BLOCK_DATES[0] as Day, true);
    BLOCK_DATES.forEach((date, index) => {
      const end = BLOCK_DATES[index + 1] ?? PERIOD.last;
      const home = homes.get(date)?.get(child);
      if (home === undefined || !isResidentOn(child, date) || course.isClientOn(date)) {
        course.live(date + 1, end, true);
        return;
      }
      const need = needOf({ child, date, home, steps: course.steps, histories }, effects);
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

/** Reads what the registers have about the minors of the block dates and their parents. */
function observe(
  persons: readonly SyntheticPerson[],
  homes: ReadonlyMap<Day, ReadonlyMap<SyntheticPerson, ChildHome>>,
  seed: number,
  onShare: (share: number) => void,
): Histories {
  const concerned = new Set<SyntheticPerson>();
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

/** The day of the first clientship in the block, if there is one before the child leaves the city. */
function drawClientship(child: SyntheticPerson, date: Day, { hazards }: Need, random: Random): Day | null {
  for (let year = 1; year <= PREDICTION_YEARS; year++) {
    if (!random.chance(hazards[year - 1] as number)) continue;
    const [start, next] = [yearStart(date, year), yearStart(date, year + 1)];
    const days = Math.max(1, Math.floor((next - start) * shareUnder18(child.birth, date, year)));
    const day = start + random.int(0, days - 1);
    return day <= residentUntil(child) ? day : null;
  }
  return null;
}

/**
 * From this day on, needs are assessed under the Social Welfare Act (1301/2014). Fewer children become
 * clients, and many clients in open care continue in family social work.
 */
const REFORM = calendarDay(2015, 4, 1);
const PASSED_ON_AT_REFORM = 0.6;
const PASSING_ON_DAYS = 60;

/** Notifications per child and year without burden, and how strongly the sum of burdens increases them. */
const BASE_RATE = 0.0205;
const SLOPE = 1.8;
/** Notifications became more common every year. */
const GROWTH = 0.025;
const STRIDE = 30;

/** Share of assessments that end in open care. */
const CARE_AFTER_ASSESSMENT = { before: 0.8, after: 0.6 };

/** Shortest open care and placement in days. An exponential time is added. */
const OPEN_CARE = { least: 90, mean: 2.4 * YEAR };
const PLACEMENT = { least: 90, mean: 2.6 * YEAR };

/** The steps of child protection in one child's life, simulated in order of time. */
class ProtectionCourse {
  private readonly drawn: ProtectionStep[] = [];
  private readonly end: Day;
  private clientUntil = -Infinity;

  constructor(
    private readonly child: SyntheticPerson,
    private readonly random: Random,
  ) {
    this.end = Math.min(residentUntil(child), addYears(child.birth, 18) - 1);
  }

  /** In order of time. */
  get steps(): readonly ProtectionStep[] {
    return this.drawn.sort((a, b) => a.from - b.from);
  }

  /** Whether open care or a placement runs on a day. */
  isClientOn(day: Day): boolean {
    return this.drawn.some(
      (step) => isClientship(step) && step.from <= day && (step.until === null || step.until >= day),
    );
  }

  /**
   * Draws notifications from the burdens of the household, between two days, both included, and the
   * assessments that follow. If `clients`, they may end in care. A decision after the last day is not part of
   * this time.
   */
  live(from: Day, until: Day, clients: boolean): void {
    const { child, random } = this;
    const end = Math.min(until, this.end);
    for (let day = Math.max(from, residentFrom(child)); day <= end; day += STRIDE) {
      const load = burden(child.circumstances, day) + 0.8 * child.needs;
      const teenage = ageOn(child, day) >= 13 ? 1.6 : 1;
      const rate = Math.min(
        6,
        BASE_RATE * teenage * Math.exp(SLOPE * load + (GROWTH * (day - PERIOD.first)) / YEAR),
      );
      if (!random.chance((rate * STRIDE) / YEAR)) continue;
      const notified = Math.min(end, day + random.int(0, STRIDE - 1));
      this.addStep('notification', notified, notified);
      if (notified < this.clientUntil || !random.chance(0.75)) continue;
      const assessed = notified + random.int(1, 7);
      const concluded = assessed + random.int(20, 90);
      if (assessed > end) continue;
      this.addStep('assessment', assessed, concluded);
      this.clientUntil = concluded;
      const share = concluded < REFORM ? CARE_AFTER_ASSESSMENT.before : CARE_AFTER_ASSESSMENT.after;
      if (clients && concluded < end && random.chance(share)) this.enterCare(concluded + 1);
    }
  }

  /** Care begins on a day, after a notification and an assessment that do not begin before `earliest`. */
  becomeClient(day: Day, earliest: Day): void {
    const assessed = Math.max(earliest + 1, this.clientUntil + 1, day - this.random.int(21, 90));
    if (assessed < day) {
      const notified = Math.max(earliest, assessed - this.random.int(1, 7));
      this.addStep('notification', notified, notified);
      this.addStep('assessment', assessed, day - 1);
    } else {
      this.addStep('notification', day, day);
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
      this.addStep('open-care', from, finished);
      this.clientUntil = finished;
      return;
    }
    const placed = random.int(from + 60, finished - 90);
    const returned = Math.min(
      this.end,
      placed + PLACEMENT.least + Math.round(random.exponential(PLACEMENT.mean)),
    );
    this.addStep('open-care', from, placed - 1);
    this.addStep('placement', placed, returned);
    if (returned < finished) this.addStep('open-care', returned + 1, finished);
    this.clientUntil = Math.max(finished, returned);
    // Until 2020 after-care lasted to the age of 21 (417/2007 §76).
    if (ageOn(this.child, returned) >= 17.5 && returned < residentUntil(this.child)) {
      this.addStep('after-care', returned + 1, addYears(this.child.birth, 21));
    }
  }

  /** At the reform. */
  private passOn(planned: Day): Day {
    return this.random.chance(PASSED_ON_AT_REFORM)
      ? Math.min(planned, REFORM + this.random.int(0, PASSING_ON_DAYS))
      : planned;
  }

  /**
   * A step ends at the latest when the child leaves the city. A step that lasts beyond the period has no end.
   */
  private addStep(kind: ProtectionStepKind, from: Day, until: Day): void {
    const last = residentUntil(this.child);
    const closed = until < last ? until : last < PERIOD.last ? last : null;
    this.drawn.push({ kind, from, until: closed });
  }
}
