import { Feed } from '../../../schema/feed.js';
import { FeedScalar } from '../../../schema/scalars/feedScalar.js';
import {
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ObjectType,
  Resolver,
  Root,
} from '../../../schema/typeGraphql.js';
import type { FactorAnswers } from '../enforcement/factorAnswers.js';
import type { RegistryContext, RegistryStore } from '../subgraph/registryContext.js';
import type { SubgraphModule } from '../subgraph/subgraphModule.js';
import { ChildrenKey } from './childrenKey.js';
import { answerNumbers, computedLineage } from './foretold.js';
import type { ChildNumber, Foretelling } from './foretelling.js';

/** `ChildOutcomes.<registry>`: what came of all children after a quarter, and the groups by which a model's fairness is looked at. */
export function childOutcomesFeed<Store extends RegistryStore>(
  registry: string,
  outcomes: readonly ChildNumber<Store>[],
  texts: Foretelling<Store>['outcomeTexts'],
): SubgraphModule {
  @ObjectType('ChildOutcomes')
  @Directive('@key(fields: "asOf")')
  class ChildOutcomes extends ChildrenKey {
    @Field(() => FeedScalar, { nullable: true })
    @Directive('@external')
    readonly households: Feed;

    constructor(representation: Record<string, unknown>) {
      super(representation);
      this.households = Feed.from(representation['households']);
    }
  }

  @Resolver(() => ChildOutcomes)
  class ChildOutcomesFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive('@requires(fields: "households")')
    @Directive(computedLineage([], outcomes))
    feed(@Root() { households, asOf }: ChildOutcomes, @Ctx() context: RegistryContext): FactorAnswers | Feed {
      const store = context.store as Store;
      return answerNumbers(households, outcomes, store, asOf, texts?.(store));
    }
  }

  return {
    resolvers: [ChildOutcomesFeedResolver],
    entities: [ChildOutcomes],
    references: { ChildOutcomes: (representation) => new ChildOutcomes(representation) },
  };
}
