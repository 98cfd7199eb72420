import { type Day, calendarDay, PERIOD } from './calendar.js';
import { burden } from './circumstances.js';
import {
  type SyntheticFamily,
  residentFrom,
  isResidentAtEnd,
  membersAtEnd,
  type SyntheticPerson,
} from './people.js';
import { codesOf } from './places.js';
import type { ProtectionStep } from './protection/protectionSteps.js';
import { Random } from './random.js';

/** The first day of the teams. */
const BEGINNING = calendarDay(2014, 1, 1);

/** Persons of the city for each family of a team. A team has at least three families. */
const PERSONS_PER_FAMILY = 800;
const SMALLEST_TEAM = 3;

export interface TeamMembership {
  readonly team: string;
  readonly from: Day;
}

/** The codes of the teams, which are units with the same code in every department. */
export function teamCodes(): readonly string[] {
  return codesOf('health', 'units').filter((unit) => unit.startsWith('PT-'));
}

/**
 * Assigns the families with the heaviest burdens to the teams, those with a child-protection history first.
 * The relationship of every member begins on the same day, or at birth, and is open.
 */
export function formTeams(
  families: readonly SyntheticFamily[],
  protection: ReadonlyMap<SyntheticPerson, readonly ProtectionStep[]>,
  persons: number,
  seed: number,
): ReadonlyMap<SyntheticPerson, TeamMembership> {
  const random = Random.stream(seed, 'family-teams');
  const teams = teamCodes();
  const wanted = teams.length * Math.max(SMALLEST_TEAM, Math.ceil(persons / PERSONS_PER_FAMILY));
  const need = (family: SyntheticFamily): number =>
    Math.max(
      ...membersAtEnd(family).map(
        ({ person }) => (protection.has(person) ? 10 : 0) + burden(person.circumstances, PERIOD.last),
      ),
    );
  const chosen = families
    .filter((family) => {
      const members = membersAtEnd(family);
      return (
        members.some(({ role }) => role === 'lapsi') && members.every(({ person }) => isResidentAtEnd(person))
      );
    })
    .map((family) => ({ family, need: need(family) }))
    .sort((a, b) => b.need - a.need)
    .slice(0, wanted);
  const memberships = new Map<SyntheticPerson, TeamMembership>();
  chosen.forEach(({ family }, position) => {
    const start = random.int(BEGINNING, PERIOD.last - 120);
    for (const { person } of membersAtEnd(family)) {
      const from = Math.max(start, residentFrom(person));
      if (!memberships.has(person))
        memberships.set(person, { team: teams[position % teams.length] as string, from });
    }
  });
  return memberships;
}
