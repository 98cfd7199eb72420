import { firstDayOf, lastDayOf, partialDay } from '../../lib/partialDate.js';
import type { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import { codeAt, NO_DAY } from '../columns/table.js';
import type {
  careRelationships,
  contactColumns,
  objections,
  RegistryDefinition,
  TableDefinition,
} from '../columns/tableDefinition.js';
import type { ContactTable } from '../contacts/contact.js';
import type { Period } from '../contacts/period.js';
import type { FeedRows, RowRange } from '../enforcement/feedRows.js';
import type { SubgraphModule } from '../subgraph/departmentRegistry.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import { answerFeeds } from './answerFeeds.js';
import { FamilyServicePathKey, ServicePathKey } from './feedKeys.js';

/** `ServicePath.<registry>`: the contacts of a person, for the person's path. */
export function servicePathFeed(registry: string, contactType: string): SubgraphModule {
  return answerFeeds(ServicePathKey, {
    [registry]: {
      lineage: contactLineage(contactType),
      async answer(path, { store }: RequestContext<ContactStore>): Promise<FeedRows> {
        const slice = await store.rows.rows('contacts', path.person);
        return contactFeedRows(store.tables.contacts, [slice], path);
      },
    },
  });
}

/** `FamilyServicePath.<registry>`: the contacts of all family members. The population register names them. */
export function familyServicePathFeed(registry: string, contactType: string): SubgraphModule {
  return answerFeeds(FamilyServicePathKey, {
    [registry]: {
      lineage: contactLineage(contactType),
      requires: 'members',
      async answer(path, { store }: RequestContext<ContactStore>, members): Promise<FeedRows | Feed> {
        if (members.state !== 'data') return members;
        const persons = new Set(members.columns['person'] as Uint32Array);
        const slices = await Promise.all(
          [...persons].map((person: PersonKey) => store.rows.rows('contacts', person)),
        );
        return contactFeedRows(store.tables.contacts, slices, path);
      },
    },
  });
}

/**
 * Returns the contacts of some persons as rows of a feed.
 *
 * @param slices the row range of each person
 */
export function contactFeedRows(
  { columns }: ContactTable,
  slices: readonly RowRange[],
  period: Period,
): FeedRows {
  const { start, end, service, unit } = columns;
  return {
    ranges: slices,
    ...(isBounded(period) && { within: (range) => rangesIn(period, range, columns) }),
    recordOf: (row) => ({ start: start[row]!, unit: codeAt(unit, row) }),
    columns: {
      startedAt: { kind: 'day', values: start },
      endedAt: { kind: 'day', values: end },
      service: { kind: 'code', values: service },
      unit: { kind: 'code', values: unit },
    },
  };
}

/**
 * Returns the rows in a period. The period is widened to whole years, the coarsest precision of any date
 * mask. So the selection of rows reveals no withheld date. The derived type filters again by the dates that
 * it receives.
 */
function rangesIn(
  period: Period,
  { person, from, to }: RowRange,
  { start, end }: ContactTable['columns'],
): readonly RowRange[] {
  const first = period.from == null ? -Infinity : firstDayOf(partialDay(period.from, 'year'));
  const last = period.until == null ? Infinity : lastDayOf(partialDay(period.until, 'year'));
  const ranges: RowRange[] = [];
  let rangeStart = from;
  for (let row = from; row < to; row++) {
    const lastDay = end[row] === NO_DAY ? start[row]! : end[row]!;
    if (start[row]! <= last && lastDay >= first) continue;
    if (rangeStart < row) ranges.push({ person, from: rangeStart, to: row });
    rangeStart = row + 1;
  }
  if (rangeStart < to) ranges.push({ person, from: rangeStart, to });
  return ranges;
}

function isBounded({ from, until }: Period): boolean {
  return from != null || until != null;
}

/**
 * The lineage of a feed of contacts. A path step repeats a contact's service, dates and, if shown, its unit.
 */
function contactLineage(contactType: string): { exposes: string[]; optional: string[] } {
  const coordinates = (...fields: string[]) => fields.map((field) => `${contactType}.${field}`);
  return { exposes: coordinates('service', 'startedAt'), optional: coordinates('endedAt', 'unit') };
}

/** The definition of a registry with contacts, care relationships and objections. */
export interface ContactRegistryDefinition extends RegistryDefinition {
  readonly tables: {
    readonly contacts: TableDefinition & { readonly columns: typeof contactColumns };
    readonly careRelationships: typeof careRelationships;
    readonly objections: typeof objections;
  };
}

export type ContactStore = RegistryStore<ContactRegistryDefinition>;
