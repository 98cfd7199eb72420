import { Ctx, Directive, Field, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { Feed } from '../../schema/feed.js';
import { FeedScalar } from '../../schema/scalars.js';
import type { SubgraphModule } from '../subgraph/departmentRegistry.js';

type Representation = Record<string, unknown>;

/** A derived type as a registry knows it: by the fields that identify one object. */
export interface DerivedType<Key> {
  readonly name: string;
  /** The fields of `@key`, separated by spaces. */
  readonly key: string;
  /** The class that declares these fields and reads them from a representation. */
  readonly Key: abstract new (representation: never) => Key;
  /** Whether clients cannot see the type. */
  readonly internal?: boolean | undefined;
}

/** The coordinates that a feed draws on (`@lineage`; see docs/decisions/feeds.md). */
type FeedLineage = Readonly<
  Partial<Record<'exposes' | 'optional' | 'computes' | 'aggregates', readonly string[]>>
>;

/** How a registry answers one feed. */
export interface FeedAnswerer<Key, Context> {
  readonly lineage: FeedLineage;
  /** The feed of another registry that the answer needs. */
  readonly requires?: string | undefined;
  /** @param required the feed that `requires` names; it may be withheld or failed */
  answer(asked: Key, context: Context, required: Feed): unknown;
}

/**
 * The part of a subgraph that answers feeds of a derived type: `<type>.<field>` for each field. Clients
 * cannot see them: the gateway hands them to the subgraph that owns the derived type.
 */
export function answerFeeds<Key extends object, Context>(
  { name, key, Key, internal }: DerivedType<Key>,
  feeds: Readonly<Record<string, FeedAnswerer<Key, Context>>>,
): SubgraphModule {
  @ObjectType(name)
  @Directive(`@key(fields: "${key}")`)
  class Derived extends (Key as unknown as abstract new (representation: Representation) => object) {
    constructor(readonly representation: Representation) {
      super(representation);
    }
  }
  if (internal) Directive('@inaccessible')(Derived);
  for (const { requires } of Object.values(feeds)) if (requires) expectFeeds(Derived, [requires]);

  const resolvers = Object.entries(feeds).map(([field, { lineage, requires, answer }]) => {
    const directives = [
      '@inaccessible',
      ...(requires ? [`@requires(fields: "${requires}")`] : []),
      lineageDirective(lineage),
    ];
    @Resolver(() => Derived)
    class FeedResolver {
      // type-graphql finds a resolver by its object type and the name of its method, so the name must be the
      // field's.
      @FieldResolver(() => FeedScalar, { name: field, nullable: true })
      @withDirectives(directives)
      [field](@Root() asked: Derived, @Ctx() context: Context): unknown {
        const required = requires ? Feed.from(asked.representation[requires]) : Feed.failed;
        return answer(asked as unknown as Key, context, required);
      }
    }
    return FeedResolver;
  });
  const references = { [name]: (representation: Representation) => new Derived(representation) };
  return { resolvers, entities: [Derived], references };
}

/**
 * Declares that the class of a derived type expects feeds: one external field for each registry or name. They
 * are known only when the subgraph is built, so the class cannot spell them out.
 */
export function expectFeeds(derivedType: { readonly prototype: object }, fields: readonly string[]): void {
  for (const field of fields) {
    Field(() => FeedScalar, { nullable: true, simple: true })(derivedType.prototype, field);
    Directive('@external')(derivedType.prototype, field);
  }
}

/** Decorators apply from the last to the first, so the last directive comes first here, too. */
function withDirectives(texts: readonly string[]): MethodDecorator {
  return (target, method) => {
    for (const text of texts.toReversed()) Directive(text)(target, method);
  };
}

function lineageDirective(lineage: FeedLineage): string {
  const inputs = Object.entries(lineage).map(
    ([kind, coordinates]) => `${kind}: [${[...new Set(coordinates)].map((name) => `"${name}"`).join(', ')}]`,
  );
  return `@lineage(${inputs.join(', ')})`;
}
