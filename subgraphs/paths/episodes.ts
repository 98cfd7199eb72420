import { firstDayOf, lastDayOf, NO_PARTIAL_DAY, type PartialDay } from '../../schema/partialDay.js';
import type { PersonKey } from '../../schema/keys.js';
import { EPISODE_GAP_DAYS } from '../registry/contacts/episodeGap.js';
import type { ContactRow } from './contactRow.js';

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

/**
 * Merges contacts into episodes, in the order of their start. Dates may be masked: the gap between two of them is then
 * the smallest that it can be.
 */
export function mergeEpisodes(contacts: readonly ContactRow[]): Episode[] {
  const byStart = contacts.toSorted((a, b) => a.startedAt - b.startedAt);
  const episodes: Episode[] = [];
  const open = new Map<string, number>();
  for (const contact of byStart) {
    const run = `${contact.person}\0${contact.sector}\0${contact.service}`;
    const index = open.get(run);
    const episode = index === undefined ? undefined : episodes[index]!;
    if (episode && firstDayOf(contact.startedAt) - lastDayOf(lastDate(episode)) <= EPISODE_GAP_DAYS) {
      episodes[index!] = extend(episode, contact);
    } else {
      open.set(run, episodes.length);
      const { person, sector, service, startedAt, endedAt, unit } = contact;
      episodes.push({ person, sector, service, startedAt, endedAt, unit, contacts: 1 });
    }
  }
  return episodes;
}

function extend(episode: Episode, contact: ContactRow): Episode {
  const end = Math.max(lastDate(episode), lastDate(contact));
  return {
    ...episode,
    // Ends are told or not for all contacts of a person alike, but a single visit has none of its own.
    endedAt: end,
    unit: episode.unit === contact.unit ? episode.unit : null,
    contacts: episode.contacts + 1,
  };
}

/** The last date known of a contact or an episode. */
function lastDate({ startedAt, endedAt }: Pick<Episode, 'startedAt' | 'endedAt'>): PartialDay {
  return endedAt === NO_PARTIAL_DAY ? startedAt : Math.max(startedAt, endedAt);
}
