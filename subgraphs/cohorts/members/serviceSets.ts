import { PersonSet } from '../../../schema/personSet.js';
import { Turns } from '../../../schema/turns.js';
import type { MemberSector } from './memberSectors.js';

/**
 * Who used each service, by its number, of each column of a calendar.
 * @param columnOf the number of the column of a day
 */
export async function serviceSets(
  members: PersonSet,
  sectors: readonly MemberSector[],
  columns: number,
  columnOf: (day: number) => number,
): Promise<readonly (readonly PersonSet[])[]> {
  const bound = members.words.length * 32;
  const turns = new Turns();
  const all: PersonSet[][] = [];
  for (const { services, firstService, contacts } of sectors) {
    const { person, day, service } = contacts;
    const sets = services.map(() => Array.from({ length: columns }, () => PersonSet.below(bound)));
    await turns.through(person.length, (from, to) => {
      for (let row = from; row < to; row++)
        if (members.has(person[row]!))
          sets[service[row]! - firstService]![columnOf(day[row]!)]!.add(person[row]!);
    });
    all.push(...sets);
  }
  return all;
}
