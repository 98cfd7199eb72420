import type { MemberContacts } from '../../registry/groups/contactsOfMembers.js';
import type { CohortsStore } from '../cohortsStore.js';
import { answered, type FeedsByRegistry } from '../group/groupFacts.js';

/** The contacts of members with one registry; services of all registries are numbered through. */
export interface MemberSector {
  readonly registry: string;
  readonly contacts: MemberContacts;
  /** The registry's code list, not what occurs in its rows: that a service was never used must not show. */
  readonly services: readonly string[];
  /** The number of the first of them among those of all registries. */
  readonly firstService: number;
}

/**
 * The sectors whose owners do not withhold them.
 * @param codes of a registry's code list
 * @throws PolkuError SUBGRAPH_UNAVAILABLE
 */
export function memberSectors(
  feeds: FeedsByRegistry,
  registries: readonly string[],
  { codes }: Pick<CohortsStore, 'codes'>,
): readonly MemberSector[] {
  let firstService = 0;
  const told = registries.filter((registry) => feeds.get(registry)?.state !== 'withheld');
  return told.map((registry) => {
    const { columns } = answered(feeds, registry);
    const services = codes(registry, 'services');
    const dictionary = columns['services'] as readonly string[];
    const numbers = Uint16Array.from(dictionary, (code) => firstService + services.indexOf(code));
    const sector = {
      registry,
      services,
      firstService,
      contacts: {
        person: columns['person:contacts'] as Uint32Array,
        day: columns['day:contacts'] as Int32Array,
        end: columns['end:contacts'] as Int32Array,
        service: (columns['service:contacts'] as Uint16Array).map((index) => numbers[index]!),
      },
    };
    firstService += services.length;
    return sector;
  });
}

/** A service by its number among those of all registries. */
export function serviceAt(
  sectors: readonly MemberSector[],
  number: number,
): { readonly sector: string; readonly service: string } {
  const { registry, services, firstService } = sectors.findLast((sector) => sector.firstService <= number)!;
  return { sector: registry, service: services[number - firstService]! };
}
