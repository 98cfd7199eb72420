import type { Day } from '../../../schema/calendar.js';
import { PersonSet } from '../../../schema/personSet.js';
import { LAST_YEAR, yearEnd } from '../../registry/groups/yearEnds.js';
import type { LeafEvents } from '../group/evaluate.js';

const DAYS_A_MONTH = 30.436_875;

/** Of each interval, who was still waiting when it began, and to whom the event happened in it. */
export interface WaitingSets {
  readonly atRisk: readonly PersonSet[];
  readonly events: readonly PersonSet[];
}

/**
 * How long members waited from the first event of one kind to the first of another on a later day. Who left the city before
 * is known to have waited until the end of the last year they lived here.
 *
 * @param lastYears the last year at whose end each person lived in the city, by key
 * @param until the last day on which events are seen
 */
export function waitingSets(
  members: PersonSet,
  { from, event }: { readonly from: LeafEvents; readonly event: LeafEvents },
  lastYears: Uint16Array,
  until: Day,
  { number, months }: { readonly number: number; readonly months: number },
): WaitingSets {
  const bound = members.words.length * 32;
  const sets = () => Array.from({ length: number }, () => PersonSet.below(bound));
  const [atRisk, events] = [sets(), sets()];
  const known = members.minus(from.withheld).minus(event.withheld);
  let at = 0;
  for (let row = 0; row < from.person.length; row++) {
    const person = from.person[row]!;
    if ((row > 0 && from.person[row - 1] === person) || !known.has(person)) continue;
    const began = from.day[row]!;
    while (at < event.person.length && isUpTo(event, at, person, began)) at++;
    const happened = event.person[at] === person ? event.day[at]! : Infinity;
    const left = lastYears[person] === LAST_YEAR ? Infinity : yearEnd(lastYears[person] ?? 0);
    const seenUntil = Math.min(until, left);
    if (seenUntil < began) continue;
    const intervalOf = (day: Day): number => Math.floor((day - began) / (DAYS_A_MONTH * months));
    const last = Math.min(intervalOf(Math.min(happened, seenUntil)), number - 1);
    for (let interval = 0; interval <= last; interval++) atRisk[interval]!.add(person);
    if (happened <= seenUntil && intervalOf(happened) < number) events[intervalOf(happened)]!.add(person);
  }
  return { atRisk, events };
}

function isUpTo({ person, day }: LeafEvents, row: number, otherPerson: number, otherDay: Day): boolean {
  return person[row]! < otherPerson || (person[row] === otherPerson && day[row]! <= otherDay);
}

/** A point of the curve: the share to whom the event has not happened by the end of an interval. */
export interface SurvivalPoint {
  readonly atRisk: number | null;
  readonly events: number | null;
  readonly survival: number | null;
}

/**
 * The product-limit estimate (E. L. Kaplan, P. Meier, J. Am. Stat. Assoc. 53, 1958) over intervals, from protected counts
 * alone; who drops out within an interval counts half of it, as in a life table. It ends where a count is not told.
 */
export function survivalCurve(
  atRisk: readonly (number | null)[],
  events: readonly (number | null)[],
): readonly SurvivalPoint[] {
  let survival: number | null = 1;
  return atRisk.map((waiting, interval) => {
    const happened = events[interval] ?? null;
    const next = interval + 1 < atRisk.length ? atRisk[interval + 1]! : null;
    if (waiting === null || happened === null) survival = null;
    if (survival !== null) {
      const droppedOut = next === null ? 0 : Math.max(0, waiting! - happened! - next);
      survival *= Math.max(0, 1 - happened! / (waiting! - droppedOut / 2));
    }
    return { atRisk: waiting, events: happened, survival };
  });
}
