import { firstDayOf, lastDayOf, NO_PARTIAL_DAY, type PartialDay } from '../../schema/partialDay.js';
import type { PersonKey } from '../../schema/keys.js';
import { EPISODE_GAP_DAYS } from '../registry/contacts/episodeGap.js';
import type { SectorContacts } from './sectorContacts.js';

/** A run of contacts of one person with one service, no two of them more than EPISODE_GAP_DAYS apart. */
export interface Episode {
  readonly person: PersonKey;
  readonly sector: string;
  readonly service: string | null;
  readonly startedAt: PartialDay;
  /** NO_PARTIAL_DAY where no end is told. */
  readonly endedAt: PartialDay;
  /** The unit, where all contacts had the same. */
  readonly unit: string | null;
  readonly contacts: number;
}

/** Chooses contacts by their row in a sector's columns. */
export type ContactTest = (contacts: SectorContacts, row: number) => boolean;

/**
 * Merges the chosen contacts into episodes, in the order of their start. Dates may be masked: the gap between two of them
 * is then the smallest that it can be.
 */
export function mergeEpisodes(sectors: readonly SectorContacts[], chosen: ContactTest): Episode[] {
  const episodes: Growing<Episode>[] = [];
  const open = sectors.map(() => new Map<PersonKey, Map<string | null, Growing<Episode>>>());
  for (const key of inOrderOfStart(sectors, chosen)) {
    let index = 0;
    let row = key - Math.floor(key / PLACES) * PLACES;
    for (; row >= sectors[index]!.person.length; index++) row -= sectors[index]!.person.length;
    const contacts = sectors[index]!;
    const person = contacts.person[row]!;
    const service = contacts.service[row]!;
    const unit = contacts.unit[row]!;
    const startedAt = contacts.startedAt[row]!;
    const endedAt = contacts.endedAt[row]!;
    let ofPerson = open[index]!.get(person);
    if (!ofPerson) open[index]!.set(person, (ofPerson = new Map()));
    const episode = ofPerson.get(service);
    if (episode && firstDayOf(startedAt) - lastDayOf(lastDate(episode)) <= EPISODE_GAP_DAYS) {
      // Ends are told or not for all contacts of a person alike, but a single visit has none of its own.
      episode.endedAt = Math.max(lastDate(episode), lastDate({ startedAt, endedAt }));
      if (episode.unit !== unit) episode.unit = null;
      episode.contacts++;
      continue;
    }
    const begun = { person, sector: contacts.sector, service, startedAt, endedAt, unit, contacts: 1 };
    episodes.push(begun);
    ofPerson.set(service, begun);
  }
  return episodes;
}

type Growing<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** Places of contacts, counted through all sectors, are below this. */
const PLACES = 2 ** 28;

/**
 * The chosen contacts by start, then as they stand. One number holds both, the start above and the place below, so that they
 * are sorted as numbers: a partial day has 25 bits, which leaves 28 for the place.
 */
function inOrderOfStart(sectors: readonly SectorContacts[], chosen: ContactTest): Float64Array {
  const order = new Float64Array(sectors.reduce((sum, { person }) => sum + person.length, 0));
  let count = 0;
  let first = 0;
  for (const contacts of sectors) {
    const { length } = contacts.person;
    for (let row = 0; row < length; row++)
      if (chosen(contacts, row)) order[count++] = contacts.startedAt[row]! * PLACES + first + row;
    first += length;
  }
  return order.subarray(0, count).sort();
}

/** The last date known of a contact or an episode. */
function lastDate({ startedAt, endedAt }: Pick<Episode, 'startedAt' | 'endedAt'>): PartialDay {
  return endedAt === NO_PARTIAL_DAY ? startedAt : Math.max(startedAt, endedAt);
}
