import { calendarDate, formatDay } from '../../lib/calendar.js';
import { codeAt, NO_DAY, rowRangeOf } from '../../registry-kit/columns/table.js';
import { EPISODE_GAP_DAYS } from '../../registry-kit/contacts/contact.js';
import { familyIndexOf } from '../../registry-kit/person-flags/familyIndex.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import type { FamilyKey, PersonKey } from '../../schema/keys.js';
import { educationRegistry } from '../../subgraphs/education/tables.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { socialRegistry } from '../../subgraphs/social/tables.js';

interface Episode {
  readonly sector: string;
  readonly service: string | null;
  readonly start: number;
  end: number;
  last: number;
  contacts: number;
  readonly person: PersonKey;
}

/**
 * A lower bound: what a developer would write by hand for this one question, over the same columns, without
 * access checks.
 * @param from day from which contacts count
 * @returns the path of a family as JSON, with unsealed keys
 */
export async function handWrittenPaths(data: string, from: number): Promise<(family: FamilyKey) => string> {
  const { tables: population } = await openSnapshot(data, populationRegistry);
  const { memberships, persons } = population;
  const families = familyIndexOf(memberships);
  const sectors = await Promise.all(
    [healthRegistry, socialRegistry, educationRegistry].map(async (definition) => ({
      sector: definition.name.toUpperCase(),
      contacts: (await openSnapshot(data, definition)).tables.contacts,
    })),
  );

  function pathOf(person: PersonKey, since: number, until: number, found: Episode[]): void {
    for (const { sector, contacts } of sectors) {
      const { start, end, service } = contacts.columns;
      const open = new Map<string | null, Episode>();
      const [first, last] = rowRangeOf(contacts, person);
      for (let row = first; row < last; row++) {
        const [begun, ended] = [start[row]!, Math.max(start[row]!, end[row]!)];
        if (ended < from || begun < since || begun > until) continue;
        const name = codeAt(service, row) ?? null;
        const episode = open.get(name);
        if (episode && begun - episode.last <= EPISODE_GAP_DAYS) {
          episode.end = episode.last = Math.max(episode.last, ended);
          episode.contacts++;
        } else {
          const next = {
            sector,
            service: name,
            start: begun,
            end: end[row]!,
            last: ended,
            contacts: 1,
            person,
          };
          open.set(name, next);
          found.push(next);
        }
      }
    }
  }

  return (family) => {
    const { role, start, end } = memberships.columns;
    const { birth, sex } = persons.columns;
    const members: object[] = [];
    const episodes: Episode[] = [];
    for (const row of families.rowsOf(family)) {
      const person = memberships.subject[row]!;
      const [own] = rowRangeOf(persons, person);
      const { year } = calendarDate(birth[own]!);
      members.push({ role: codeAt(role, row), person: { birthYear: year, sex: codeAt(sex, own) } });
      pathOf(person, start[row]!, end[row] === NO_DAY ? Infinity : end[row]!, episodes);
    }
    episodes.sort((a, b) => a.start - b.start);
    const steps = episodes.map((episode) => ({
      sector: episode.sector,
      service: episode.service,
      startedAt: formatDay(episode.start),
      endedAt: episode.end === NO_DAY ? null : formatDay(episode.end),
      contacts: episode.contacts,
      person: { id: episode.person },
    }));
    return JSON.stringify({ data: { family: { members, servicePath: { steps, withheld: [] } } } });
  };
}
