import { PersonSet } from '../../../schema/personSet.js';
import type { MemberSector } from './memberSectors.js';

/**
 * Who used each service, by its number, of each column of a calendar.
 * @param columnOf the number of the column of a day
 */
export function serviceSets(
  members: PersonSet,
  sectors: readonly MemberSector[],
  columns: number,
  columnOf: (day: number) => number,
): readonly (readonly PersonSet[])[] {
  const bound = members.words.length * 32;
  return sectors.flatMap(({ services, firstService, contacts: { person, day, service } }) => {
    const sets = services.map(() => Array.from({ length: columns }, () => PersonSet.below(bound)));
    for (let row = 0; row < person.length; row++)
      if (members.has(person[row]!))
        sets[service[row]! - firstService]![columnOf(day[row]!)]!.add(person[row]!);
    return sets;
  });
}
