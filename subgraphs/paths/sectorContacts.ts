import type { Feed } from '../../schema/feed.js';
import type { PartialDay } from '../../schema/partialDay.js';

/** The contacts of one sector as its registry told them to a path: columns of equal length, masked, without ids. */
export interface SectorContacts {
  readonly sector: string;
  readonly person: Uint32Array;
  readonly service: readonly (string | null)[];
  readonly startedAt: ArrayLike<PartialDay>;
  /** NO_PARTIAL_DAY where a contact has no end, or none that is told. */
  readonly endedAt: ArrayLike<PartialDay>;
  readonly unit: readonly (string | null)[];
}

/** The contacts in a sector's feed; undefined where it is withheld or failed. */
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
