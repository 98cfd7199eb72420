import { firstDayOf, lastDayOf, partialDay } from '../../lib/partialDate.js';
import { Ctx, Directive, Field, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import { FeedScalar } from '../../schema/scalars.js';
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
import { FamilyServicePathKey, ServicePathKey } from './feedKeys.js';

/** `ServicePath.<registry>`: the contacts of a person, for the person's service path. */
export function servicePathFeed(registry: string, contactType: string): SubgraphModule {
  @ObjectType('ServicePath')
  @Directive('@key(fields: "person from until")')
  class ServicePath extends ServicePathKey {}

  @Resolver(() => ServicePath)
  class ServicePathFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive(contactLineage(contactType))
    async feed(@Root() path: ServicePath, @Ctx() { store }: RequestContext<ContactStore>): Promise<FeedRows> {
      const slice = await store.rows.rows('contacts', path.person);
      return contactFeedRows(store.tables.contacts, [slice], path);
    }
  }

  return {
    resolvers: [ServicePathFeedResolver],
    entities: [ServicePath],
    references: { ServicePath: (representation) => new ServicePath(representation) },
  };
}

/**
 * `FamilyServicePath.<registry>`: the contacts of all members of a family. The population register names the
 * members.
 */
export function familyServicePathFeed(registry: string, contactType: string): SubgraphModule {
  @ObjectType('FamilyServicePath')
  @Directive('@key(fields: "family from until")')
  class FamilyServicePath extends FamilyServicePathKey {
    @Field(() => FeedScalar, { nullable: true })
    @Directive('@external')
    readonly members: Feed;

    constructor(representation: Record<string, unknown>) {
      super(representation);
      this.members = Feed.from(representation['members']);
    }
  }

  @Resolver(() => FamilyServicePath)
  class FamilyServicePathFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive('@requires(fields: "members")')
    @Directive(contactLineage(contactType))
    async feed(
      @Root() path: FamilyServicePath,
      @Ctx() { store }: RequestContext<ContactStore>,
    ): Promise<FeedRows | Feed> {
      if (path.members.state !== 'data') return path.members;
      const persons = new Set(path.members.columns['person'] as Uint32Array);
      const slices = await Promise.all(
        [...persons].map((person: PersonKey) => store.rows.rows('contacts', person)),
      );
      return contactFeedRows(store.tables.contacts, slices, path);
    }
  }

  return {
    resolvers: [FamilyServicePathFeedResolver],
    entities: [FamilyServicePath],
    references: { FamilyServicePath: (representation) => new FamilyServicePath(representation) },
  };
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
function contactLineage(contactType: string): string {
  const coordinates = (...fields: string[]) => fields.map((field) => `"${contactType}.${field}"`).join(', ');
  return `@lineage(exposes: [${coordinates('service', 'startedAt')}], optional: [${coordinates('endedAt', 'unit')}])`;
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
