import { typeNameOf } from '../../lib/typeGraphql.js';
import { Feed } from '../../schema/feed.js';
import type { SubgraphModule } from '../subgraph/departmentRegistry.js';
import { declareFeeds, type DerivedEntity, externalFeed, type Representation } from './derivedEntity.js';

/** The class of a derived type as a registry knows it: by the key of one object. */
export type EntityClass<Entity extends DerivedEntity> = new (
  representation: Representation,
  feeds: readonly string[],
) => Entity;

/** The coordinates that a feed draws on (`@lineage`; see docs/decisions/feeds.md). */
type FeedLineage = Readonly<
  Partial<Record<'exposes' | 'optional' | 'computes' | 'aggregates', readonly string[]>>
>;

/** How a registry answers one feed. */
export interface FeedAnswerer<Entity, Context> {
  readonly lineage: FeedLineage;
  /** The feed of another registry that the answer needs. */
  readonly requires?: string | undefined;
  /** @param required the feed that `requires` names; it may be withheld or failed */
  answer(asked: Entity, context: Context, required: Feed): unknown;
}

/**
 * The part of a subgraph that answers feeds of a derived type: `<type>.<field>` for each field. Clients
 * cannot see them: the gateway hands them to the subgraph that owns the derived type.
 */
export function answerFeeds<Entity extends DerivedEntity, Context>(
  Entity: EntityClass<Entity>,
  feeds: Readonly<Record<string, FeedAnswerer<Entity, Context>>>,
): SubgraphModule {
  const type = typeNameOf(Entity);
  const answerers = Object.entries(feeds);
  const required = [...new Set(answerers.flatMap(([, { requires }]) => requires ?? []))];
  const resolvers = answerers.map(([field, { requires = '', answer }]) => {
    const resolve = (asked: Entity, _args: unknown, context: Context) =>
      answer(asked, context, asked.feeds.get(requires) ?? Feed.failed);
    return [field, resolve] as const;
  });
  return {
    resolvers: [],
    entities: [Entity],
    references: { [type]: (representation) => new Entity(representation, required) },
    amendments: [declareFeeds(type, [...required.map(externalFeed), ...answerers.map(answeredFeed)])],
    addedFields: { [type]: Object.fromEntries(resolvers) },
  };
}

/** The SDL of a feed that this registry fills. */
function answeredFeed<Entity, Context>([field, { requires, lineage }]: [
  string,
  FeedAnswerer<Entity, Context>,
]): string {
  const requirement = requires ? `@requires(fields: "${requires}")` : '';
  const inputs = Object.entries(lineage).map(
    ([kind, coordinates]) => `${kind}: ${JSON.stringify([...new Set(coordinates)])}`,
  );
  return `${field}: Feed @inaccessible ${requirement} @lineage(${inputs.join(', ')})`;
}
