import { type Day, dayOf, PERIOD } from './calendar.js';
import { burden } from './circumstances.js';
import { type Family, firstDay, isResidentAtEnd, membersAtEnd, type Person } from './people.js';
import { codesOf } from './places.js';
import type { ProtectionStep } from './protection/protectionSteps.js';
import { Random } from './random.js';

/** The teams began with this year. */
const BEGINNING = dayOf(2014, 1, 1);

/** Persons of the city for each family that a team takes on, but at least three families a team. */
const PERSONS_PER_FAMILY = 800;
const SMALLEST_TEAM = 3;

export interface TeamMembership {
  readonly team: string;
  readonly from: Day;
}

/** The units that have the same code in every department. */
export function teamCodes(): readonly string[] {
  return codesOf('health', 'units').filter((unit) => unit.startsWith('PT-'));
}

/**
 * Shares the families with the heaviest burdens, those with a child-protection history first, out among the teams.
 * Every member's relationship begins on the same day or at their birth and is open.
 */
export function formTeams(
  families: readonly Family[],
  protection: ReadonlyMap<Person, readonly ProtectionStep[]>,
  persons: number,
  seed: number,
): ReadonlyMap<Person, TeamMembership> {
  const random = Random.stream(seed, 'family-teams');
  const teams = teamCodes();
  const wanted = teams.length * Math.max(SMALLEST_TEAM, Math.ceil(persons / PERSONS_PER_FAMILY));
  const need = (family: Family): number =>
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
  const memberships = new Map<Person, TeamMembership>();
  chosen.forEach(({ family }, position) => {
    const start = random.int(BEGINNING, PERIOD.last - 120);
    for (const { person } of membersAtEnd(family)) {
      const from = Math.max(start, firstDay(person));
      if (!memberships.has(person))
        memberships.set(person, { team: teams[position % teams.length] as string, from });
    }
  });
  return memberships;
}
