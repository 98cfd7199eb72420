import { firstDayOf, lastDayOf, type PartialDay } from '../../lib/partialDate.js';
import { EPISODE_GAP_DAYS } from '../../registry-kit/contacts/contact.js';
import type { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';

/** Consecutive contacts of one person with one service, with gaps of at most EPISODE_GAP_DAYS. */
export interface Episode {
  readonly person: PersonKey;
  readonly sector: string;
  readonly service: string | null;
  readonly startedAt: PartialDay;
  /** NO_PARTIAL_DAY if no end is shown. */
  readonly endedAt: PartialDay;
  /** The unit, if all contacts had the same. */
  readonly unit: string | null;
  readonly contacts: number;
}

/** Selects contacts by their row in a sector's columns. */
export type ContactTest = (contacts: SectorContacts, row: number) => boolean;

/**
 * Merges the selected contacts into episodes: sector by sector, and for each person in the order of their
 * start. If dates are masked, the smallest possible gap between them is used.
 */
export function mergeEpisodes(sectors: readonly SectorContacts[], chosen: ContactTest): Episode[] {
  const episodes: Growing<Episode>[] = [];
  const open = new Map<string | null, Growing<Episode>>();
  for (const contacts of sectors) {
    const { sector } = contacts;
    const order = orderOfStart(contacts);
    let subject: PersonKey | undefined;
    for (let place = 0; place < contacts.person.length; place++) {
      const row = order ? order[place]! : place;
      if (!chosen(contacts, row)) continue;
      const person = contacts.person[row]!;
      if (person !== subject) open.clear();
      subject = person;
      const service = contacts.service[row]!;
      const unit = contacts.unit[row]!;
      const startedAt = contacts.startedAt[row]!;
      const endedAt = contacts.endedAt[row]!;
      const episode = open.get(service);
      if (episode && firstDayOf(startedAt) - lastDayOf(lastDate(episode)) <= EPISODE_GAP_DAYS) {
        // Either all contacts of a person show their end or none does, but a single visit has no end.
        episode.endedAt = Math.max(lastDate(episode), lastDate({ startedAt, endedAt }));
        if (episode.unit !== unit) episode.unit = null;
        episode.contacts++;
        continue;
      }
      const begun = { person, sector, service, startedAt, endedAt, unit, contacts: 1 };
      episodes.push(begun);
      open.set(service, begun);
    }
  }
  return episodes;
}

type Growing<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/**
 * The rows sorted by person and start; undefined if they are in this order already. Registries store them in
 * this order, but conditions on the record can mask one date more than the next.
 */
function orderOfStart({ person, startedAt }: SectorContacts): Uint32Array | undefined {
  let row = 1;
  while (
    row < person.length &&
    (person[row - 1]! - person[row]! || startedAt[row - 1]! - startedAt[row]!) <= 0
  )
    row++;
  if (row >= person.length) return undefined;
  return Uint32Array.from(person, (_, row) => row).sort(
    (a, b) => person[a]! - person[b]! || startedAt[a]! - startedAt[b]! || a - b,
  );
}

/** The last known date of a contact or an episode. */
function lastDate({ startedAt, endedAt }: Pick<Episode, 'startedAt' | 'endedAt'>): PartialDay {
  return Math.max(startedAt, endedAt);
}

/**
 * The contacts of one sector that its registry gave to a path: columns of equal length, masked, without ids.
 */
export interface SectorContacts {
  readonly sector: string;
  readonly person: Uint32Array;
  readonly service: readonly (string | null)[];
  readonly startedAt: ArrayLike<PartialDay>;
  /** NO_PARTIAL_DAY if a contact has no end, or its end is not shown. */
  readonly endedAt: ArrayLike<PartialDay>;
  readonly unit: readonly (string | null)[];
}

/** The contacts in a sector's feed; undefined if the feed is withheld or failed. */
export function sectorContacts(sector: string, { state, columns }: Feed): SectorContacts | undefined {
  if (state !== 'data') return undefined;
  return {
    sector,
    person: columns['person'] as Uint32Array,
    service: columns['service'] as readonly (string | null)[],
    startedAt: columns['startedAt'] as Int32Array,
    endedAt: columns['endedAt'] as Int32Array,
    unit: columns['unit'] as readonly (string | null)[],
  };
}
