import { addYears, dayOf, PERIOD, YEAR, type Day } from '../calendar.js';
import { burden } from '../circumstances.js';
import { ageOn, firstDay, lastDay, type Person } from '../people.js';
import type { Random } from '../random.js';
import { isClientship, type ProtectionStep, type ProtectionStepKind } from './protectionSteps.js';

/**
 * From this day needs are assessed under the Social Welfare Act (1301/2014): fewer become clients, and many who were
 * clients in open care go on in family social work.
 */
export const REFORM = dayOf(2015, 4, 1);
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
export class ProtectionCourse {
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
