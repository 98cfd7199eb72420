import { Kind, type ObjectTypeDefinitionNode, parse, visit } from 'graphql';
import type { Amendment } from '../../lib/buildFederatedSchema.js';
import { Field, ObjectType } from '../../lib/typeGraphql.js';
import { Feed } from '../../schema/feed.js';
import { FeedScalar } from '../../schema/scalars.js';

/** The feeds of an entity, by name. Most are named after the registry that fills them. */
export type Feeds = ReadonlyMap<string, Feed>;

/** An entity in the form in which the gateway sends it: its key, and the feeds that a field requires. */
export type Representation = Readonly<Record<string, unknown>>;

/**
 * An entity that registries feed. Which feeds it has depends on the registries present, so a class cannot
 * spell them out. It has the one field `feeds`, and the SDL has a field for each of them instead: those that
 * {@link expectFeeds} names in a derived subgraph, and those that `answerFeeds` declares in a registry.
 */
@ObjectType()
export abstract class DerivedEntity {
  @Field(() => FeedScalar, { nullable: true, simple: true })
  readonly feeds: Feeds;

  /** @param feeds their names; one that is missing in the representation is failed */
  constructor(representation: Representation, feeds: readonly string[]) {
    this.feeds = new Map(feeds.map((name) => [name, Feed.from(representation[name])]));
  }
}

/** For a field that needs every feed of its entity. {@link expectFeeds} replaces `feeds` by their names. */
export const REQUIRES_FEEDS = '@requires(fields: "feeds")';

/** Declares the feeds that a derived type expects from other subgraphs. */
export function expectFeeds(type: string, names: readonly string[]): Amendment {
  const declare = declareFeeds(type, names.map(externalFeed));
  return (sdl) =>
    visit(declare(sdl), {
      ObjectTypeDefinition: (definition) => (definition.name.value === type ? undefined : false),
      Argument: (argument) => {
        const { value } = argument;
        if (argument.name.value !== 'fields' || value.kind !== Kind.STRING) return undefined;
        return { ...argument, value: { ...value, value: value.value.replace(/\bfeeds\b/, names.join(' ')) } };
      },
    });
}

/** The SDL of a feed that another subgraph fills. */
export function externalFeed(name: string): string {
  return `${name}: Feed @external`;
}

/**
 * Replaces the field `feeds` of a type by other fields. They follow its key and other external fields.
 * @param fields in SDL
 */
export function declareFeeds(type: string, fields: readonly string[]): Amendment {
  const [parsed] = parse(`type ${type} { ${fields.join('\n')} }`, { noLocation: true }).definitions;
  const feeds = (parsed as ObjectTypeDefinitionNode).fields!;
  return (sdl) =>
    visit(sdl, {
      ObjectTypeDefinition: (definition) => {
        if (definition.name.value !== type) return undefined;
        const others = definition.fields!.filter(({ name }) => name.value !== 'feeds');
        const key = keyOf(definition);
        const given = others.findLastIndex(
          ({ name, directives }) =>
            key.includes(name.value) || directives!.some((directive) => directive.name.value === 'external'),
        );
        return { ...definition, fields: others.toSpliced(given + 1, 0, ...feeds) };
      },
    });
}

/** The names of the fields in the `@key` of an entity. */
function keyOf({ directives }: ObjectTypeDefinitionNode): readonly string[] {
  const value = directives!.find(({ name }) => name.value === 'key')?.arguments?.[0]?.value;
  return value?.kind === Kind.STRING ? value.value.split(' ') : [];
}
