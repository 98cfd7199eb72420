import { Feed } from '../../../schema/feed.js';
import { FeedScalar } from '../../../schema/scalars/feedScalar.js';
import { Directive, Field } from '../../../schema/typeGraphql.js';

/** An object that holds the feeds of registries, by registry. */
export type FeedHolder = Readonly<Record<string, unknown>>;

/**
 * Declares, on the class of a derived type, the feed of each registry as an external field. Which registries there are is
 * known when the subgraph is built, so the fields cannot be written down.
 */
export function declareFeeds(
  derivedType: { readonly prototype: object },
  registries: readonly string[],
): void {
  for (const registry of registries) {
    Field(() => FeedScalar, { nullable: true, simple: true })(derivedType.prototype, registry);
    Directive('@external')(derivedType.prototype, registry);
  }
}

/** The directive of a field that needs the feeds of these registries. */
export function requiresFeeds(registries: readonly string[]): string {
  return `@requires(fields: "${registries.join(' ')}")`;
}

/** The feeds in a representation, by registry; one that did not come is failed. */
export function feedsIn(
  holder: FeedHolder,
  registries: readonly string[],
): readonly (readonly [registry: string, Feed])[] {
  return registries.map((registry) => [registry, Feed.from(holder[registry])]);
}
