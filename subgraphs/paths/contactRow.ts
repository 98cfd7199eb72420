import type { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import type { PartialDay } from '../../schema/partialDay.js';

/** A contact as a registry told it to a path: masked, without its id. */
export interface ContactRow {
  readonly person: PersonKey;
  readonly sector: string;
  readonly service: string | null;
  readonly startedAt: PartialDay;
  /** NO_PARTIAL_DAY where it has no end, or none that is told. */
  readonly endedAt: PartialDay;
  readonly unit: string | null;
}

/** The contacts in a sector's feed; none where it is withheld or failed. */
export function contactRows(sector: string, feed: Feed): ContactRow[] {
  if (feed.state !== 'data') return [];
  const person = feed.columns['person'] as Uint32Array;
  const service = feed.columns['service'] as readonly (string | null)[];
  const startedAt = feed.columns['startedAt'] as Int32Array;
  const endedAt = feed.columns['endedAt'] as Int32Array;
  const unit = feed.columns['unit'] as readonly (string | null)[];
  return Array.from(person, (key, row) => ({
    person: key,
    sector,
    service: service[row]!,
    startedAt: startedAt[row]!,
    endedAt: endedAt[row]!,
    unit: unit[row]!,
  }));
}
