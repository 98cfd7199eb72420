import type { Day } from '../../lib/calendar.js';
import { firstDayOf, lastDayOf, NO_PARTIAL_DAY, type PartialDay } from '../../lib/partialDate.js';
import type { Period } from '../../registry-kit/contacts/period.js';
import type { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import {
  type ContactTest,
  type Episode,
  mergeEpisodes,
  sectorContacts,
  type SectorContacts,
} from './episodes.js';

type SectorFeeds = readonly (readonly [sector: string, Feed])[];

/**
 * The service path of a person: the contacts of all shown sectors, merged in time order. It is computed only
 * from what the registries gave.
 *
 * @param shuffle orders persons if dates, sector and service are equal
 */
export function personPath(
  feeds: SectorFeeds,
  period: Period,
  shuffle: (person: PersonKey) => number,
): Episode[] {
  return inTellableOrder(mergeEpisodes(contactsIn(feeds), overlapTest(period)), feeds, shuffle);
}

/** The service path of a family: contacts of everyone who was a member at that time. */
export function familyPath(
  members: Feed,
  feeds: SectorFeeds,
  period: Period,
  shuffle: (person: PersonKey) => number,
): Episode[] {
  const [wasMember, inPeriod] = [membershipTest(members), overlapTest(period)];
  const episodes = mergeEpisodes(
    contactsIn(feeds),
    (contacts, row) => wasMember(contacts, row) && inPeriod(contacts, row),
  );
  return inTellableOrder(episodes, feeds, shuffle);
}

function contactsIn(feeds: SectorFeeds): SectorContacts[] {
  return feeds
    .map(([sector, feed]) => sectorContacts(sector, feed))
    .filter((contacts) => contacts !== undefined);
}

function overlapTest({ from, until }: Period): ContactTest {
  if (from == null && until == null) return () => true;
  return ({ startedAt, endedAt }, row) =>
    overlaps(startedAt[row]!, Math.max(startedAt[row]!, endedAt[row]!), from ?? -Infinity, until ?? Infinity);
}

function membershipTest(members: Feed): ContactTest {
  if (members.state !== 'data') return () => false;
  const person = members.columns['person'] as Uint32Array;
  const startedAt = members.columns['startedAt'] as Int32Array;
  const endedAt = members.columns['endedAt'] as Int32Array;
  const memberships = new Map<PersonKey, { from: Day; until: Day }[]>();
  for (const [row, key] of person.entries()) {
    const until = endedAt[row] === NO_PARTIAL_DAY ? Infinity : lastDayOf(endedAt[row]!);
    memberships.set(key, [...(memberships.get(key) ?? []), { from: firstDayOf(startedAt[row]!), until }]);
  }
  return (contacts, row) => {
    const start = contacts.startedAt[row]!;
    const known = memberships.get(contacts.person[row]!);
    return known !== undefined && known.some(({ from, until }) => overlaps(start, start, from, until));
  };
}

/** Whether an interval of partial dates can overlap a period of days. */
function overlaps(startedAt: PartialDay, endedAt: PartialDay, from: Day, until: Day): boolean {
  return firstDayOf(startedAt) <= until && lastDayOf(endedAt) >= from;
}

function inTellableOrder(
  episodes: Episode[],
  feeds: SectorFeeds,
  shuffle: (person: PersonKey) => number,
): Episode[] {
  const rankOf = new Map(feeds.map(([sector], index) => [sector, index]));
  const personRanks = new Map<PersonKey, number>();
  for (const { person } of episodes) if (!personRanks.has(person)) personRanks.set(person, shuffle(person));
  return episodes.sort(
    (a, b) =>
      a.startedAt - b.startedAt ||
      rankOf.get(a.sector)! - rankOf.get(b.sector)! ||
      compareText(a.service ?? '', b.service ?? '') ||
      personRanks.get(a.person)! - personRanks.get(b.person)!,
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
