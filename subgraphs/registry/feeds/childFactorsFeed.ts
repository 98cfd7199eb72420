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
import { answerFactors, computedLineage } from './foretold.js';
import type { Foretelling } from './foretelling.js';

/** `ChildFactors.<registry>`: what a registry knows of all children, by the reader that answers for one of them. */
export function childFactorsFeed<Store extends RegistryStore>(
  registry: string,
  foretelling: Foretelling<Store>,
): SubgraphModule {
  const { source, besides = [] } = foretelling;

  @ObjectType('ChildFactors')
  @Directive('@key(fields: "asOf")')
  class ChildFactors extends ChildrenKey {
    @Field(() => FeedScalar, { nullable: true })
    @Directive('@external')
    readonly households: Feed;

    constructor(representation: Record<string, unknown>) {
      super(representation);
      this.households = Feed.from(representation['households']);
    }
  }

  @Resolver(() => ChildFactors)
  class ChildFactorsFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive('@requires(fields: "households")')
    @Directive(computedLineage([], source.factors, besides))
    feed(@Root() { households, asOf }: ChildFactors, @Ctx() context: RegistryContext): FactorAnswers | Feed {
      const store = context.store as Store;
      return answerFactors(households, foretelling, store, asOf, false);
    }
  }

  return {
    resolvers: [ChildFactorsFeedResolver],
    entities: [ChildFactors],
    references: { ChildFactors: (representation) => new ChildFactors(representation) },
  };
}
