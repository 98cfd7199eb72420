import { PolkuError } from '../../lib/errors.js';
import { Arg, Ctx, Directive, ObjectType, Query, Resolver } from '../../lib/typeGraphql.js';
import type { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';
import { PersonStub } from '../../registry-kit/subgraph/entityStubs.js';
import type { SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { IdentityCodeScalar } from '../../schema/scalars.js';

@ObjectType('Person')
@Directive('@key(fields: "id")')
class LinkedPerson extends PersonStub {}

@Resolver()
class IdentityCodeResolver {
  @Query(() => LinkedPerson, {
    nullable: true,
    description: 'The person with this identity code, if known here.',
  })
  personByIdentityCode(
    @Arg('code', () => IdentityCodeScalar) code: string,
    @Ctx() { store }: RequestContext<Linkage>,
  ): LinkedPerson | null {
    const found = store.findPerson(hetu, code);
    if (typeof found === 'number') return new LinkedPerson(found);
    if (found === 'unknown-person') return null;
    throw new PolkuError(
      'IDENTITY_CODE_INVALID',
      'Expected a Finnish personal identity code: its form, date or check character is wrong.',
    );
  }
}

/** The subgraph of linkage: the only one that reads an identity code. */
export const linkageModule: SubgraphModule = {
  resolvers: [new IdentityCodeResolver()],
  entities: [LinkedPerson],
  references: { Person: ({ id }) => new LinkedPerson(id as number) },
};
