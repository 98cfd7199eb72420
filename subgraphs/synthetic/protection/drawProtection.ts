import { PERIOD, type Day } from '../calendar.js';
import { firstDay, isResidentOn, lastDay, type Person, type Population } from '../people.js';
import { Random } from '../random.js';
import { BLOCK_DATES, HORIZON_YEARS, yearStart } from './blocks.js';
import { Histories } from './histories.js';
import { childHomes, isMinor, type ChildHome } from './households.js';
import { needOf, shareUnder18, type Need } from './hazards.js';
import { ProtectionCourse } from './protectionCourse.js';
import type { ProtectionStep } from './protectionSteps.js';

/** What was to come for a child who was no client on a block's date, and what was drawn. */
export interface TrueNeed extends Need {
  readonly child: Person;
  readonly date: Day;
  /** The first day of clientship in the block, or null where none came while the child lived in the city. */
  readonly clientFrom: Day | null;
}

export interface Protection {
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
