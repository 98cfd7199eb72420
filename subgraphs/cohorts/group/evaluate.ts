import { addMonths, type Day } from '../../../lib/calendar.js';
import { CooperativeScheduler } from '../../../lib/cooperativeScheduler.js';
import {
  familiesBelow,
  forEachMembership,
  NO_FAMILY,
  type YearlyMemberships,
} from '../../../registry-kit/criteria/familyTypes.js';
import type { FamilyPart, FilterCriterion, GroupFilter } from '../../../registry-kit/criteria/groupFilter.js';
import { PersonSet } from '../../../schema/personSet.js';

/**
 * The persons who meet a filter, and those who do not. People whose data may not be used are in neither set
 * (Kleene's strong three-valued logic). An objection removes a person from the groups of both.
 */
export interface TruthSets {
  readonly yes: PersonSet;
  readonly no: PersonSet;
}

/** The events of a criterion, sorted by person, then by day. */
export interface CriterionEvents {
  readonly person: Uint32Array;
  readonly day: Int32Array;
  /** People whose data may not be used. */
  readonly withheld: PersonSet;
}

/** The answers of the registries. */
export interface GroupFacts {
  readonly everybody: PersonSet;
  readonly memberships: YearlyMemberships;
  readonly persons: (filter: FilterCriterion) => { readonly found: PersonSet; readonly withheld: PersonSet };
  readonly events: (filter: FilterCriterion) => CriterionEvents;
}

/** Combines the answers of the registries. */
export async function evaluate(filter: GroupFilter, facts: GroupFacts): Promise<TruthSets> {
  const { everybody } = facts;
  switch (filter.kind) {
    case 'criterion': {
      const { found, withheld } = facts.persons(filter);
      return truthSetsOf(everybody, found, withheld);
    }
    case 'all': {
      let all: TruthSets = { yes: everybody, no: PersonSet.below(0) };
      for (const part of filter.of) {
        const { yes, no } = await evaluate(part, facts);
        all = { yes: all.yes.and(yes), no: all.no.or(no) };
      }
      return all;
    }
    case 'any': {
      let any: TruthSets = { yes: PersonSet.below(0), no: everybody };
      for (const part of filter.of) {
        const { yes, no } = await evaluate(part, facts);
        any = { yes: any.yes.or(yes), no: any.no.and(no) };
      }
      return any;
    }
    case 'not': {
      const { yes, no } = await evaluate(filter.of, facts);
      return { yes: no, no: yes };
    }
    case 'family':
      return inFamily(await evaluate(filter.of, facts), filter, facts);
    case 'sequence': {
      const [first, next] = [facts.events(filter.first), facts.events(filter.next)];
      const found = await followed(first, next, filter.withinMonths, everybody);
      return truthSetsOf(everybody, found, first.withheld.or(next.withheld));
    }
  }
}

function truthSetsOf(everybody: PersonSet, found: PersonSet, withheld: PersonSet): TruthSets {
  const known = everybody.minus(withheld);
  return { yes: known.and(found), no: known.minus(found) };
}

const MEETS = 1;
const MAY_MEET = 2;

/**
 * Persons with a family member who meets it. The answer is "no" only if every such member is known not to
 * meet it.
 */
async function inFamily(
  { yes, no }: TruthSets,
  { member, atEndOf }: { readonly member: FamilyPart; readonly atEndOf: number },
  { everybody, memberships }: GroupFacts,
): Promise<TruthSets> {
  const scheduler = new CooperativeScheduler();
  const families = new Uint8Array(await familiesBelow(memberships, scheduler));
  await forEachMembership(memberships, atEndOf, scheduler, (person, family, isParent) => {
    if (member === 'parent' ? !isParent : member === 'child' && isParent) return;
    if (yes.has(person)) families[family]! |= MEETS;
    else if (!no.has(person)) families[family]! |= MAY_MEET;
  });
  const room = everybody.words.length * 32;
  const [found, unknown] = [PersonSet.below(room), PersonSet.below(room)];
  await forEachMembership(memberships, atEndOf, scheduler, (person, family) => {
    if (families[family]! & MEETS) found.add(person);
    else if (families[family]! & MAY_MEET) unknown.add(person);
  });
  // A row without a family may not be shown.
  const { family: known, person } = memberships;
  await scheduler.forEachChunk(known.length, (from, to) => {
    for (let row = from; row < to; row++) if (known[row] === NO_FAMILY) unknown.add(person[row]!);
  });
  return truthSetsOf(everybody, found, unknown.minus(found));
}

/**
 * Persons with a second event on a later day than the first, within a number of months. One pass over both
 * lists.
 */
async function followed(
  first: CriterionEvents,
  next: CriterionEvents,
  months: number,
  everybody: PersonSet,
): Promise<PersonSet> {
  const found = PersonSet.below(everybody.words.length * 32);
  const deadline = deadlineOf(months);
  let at = 0;
  await new CooperativeScheduler().forEachChunk(next.person.length, (from, to) => {
    for (let row = from; row < to; row++) {
      const [person, day] = [next.person[row]!, next.day[row]!];
      while (at < first.person.length && isBefore(first, at, person, day)) at++;
      // The last event of the first kind before this one is the nearest.
      if (at > 0 && first.person[at - 1] === person && deadline(first.day[at - 1]!) >= day)
        if (everybody.has(person)) found.add(person);
    }
  });
  return found;
}

function isBefore(
  { person, day }: CriterionEvents,
  row: number,
  otherPerson: number,
  otherDay: Day,
): boolean {
  return person[row]! < otherPerson || (person[row] === otherPerson && day[row]! < otherDay);
}

/** The last day within a number of months after a day. Cached, because days repeat. */
function deadlineOf(months: number): (day: Day) => Day {
  const known = new Map<Day, Day>();
  return (day) => {
    let last = known.get(day);
    if (last === undefined) known.set(day, (last = addMonths(day, months)));
    return last;
  };
}
