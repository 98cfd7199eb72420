import { FeedScalar } from '../../schema/scalars/feedScalar.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../schema/typeGraphql.js';
import { type FeedRows, eachRow } from '../registry/enforcement/feedRows.js';
import { FamilyServicePathKey } from '../registry/feeds/pathKeys.js';
import { familyIndexOf } from '../registry/overlays/familyIndex.js';
import type { RegistryContext } from '../registry/subgraph/registryContext.js';
import type { SubgraphModule } from '../registry/subgraph/subgraphModule.js';
import type { populationRegistry } from './tables.js';

@ObjectType('FamilyServicePath')
@Directive('@key(fields: "family from until")')
class FamilyServicePath extends FamilyServicePathKey {}

@Resolver(() => FamilyServicePath)
class MembersFeedResolver {
  @FieldResolver(() => FeedScalar, { nullable: true })
  @Directive('@inaccessible')
  @Directive(
    '@lineage(exposes: ["FamilyMember.person", "FamilyMember.startedAt"], optional: ["FamilyMember.endedAt"])',
  )
  members(
    @Root() { family }: FamilyServicePath,
    @Ctx() { store }: RegistryContext<typeof populationRegistry>,
  ): FeedRows {
    const { memberships } = store.tables;
    const { start, end } = memberships.columns;
    return {
      ranges: eachRow(memberships, familyIndexOf(memberships).rowsOf(family)),
      recordOf: (row) => ({ start: start[row]!, unit: undefined }),
      columns: {
        startedAt: { kind: 'day', values: start },
        endedAt: { kind: 'day', values: end },
      },
    };
  }
}

/** `FamilyServicePath.members`: who was in the family, and when. */
export const membersFeed: SubgraphModule = {
  resolvers: [MembersFeedResolver],
  entities: [FamilyServicePath],
  references: { FamilyServicePath: (representation) => new FamilyServicePath(representation) },
};
