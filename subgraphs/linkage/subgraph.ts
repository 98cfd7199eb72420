import { PolkuError } from '../../schema/polkuError.js';
import { IdentityCodeScalar } from '../../schema/scalars/identityCodeScalar.js';
import { Arg, Ctx, Directive, ObjectType, Query, Resolver } from '../../schema/typeGraphql.js';
import { PersonStub } from '../registry/entities/personStub.js';
import type { RequestContext } from '../registry/subgraph/requestContext.js';
import type { SubgraphModule } from '../registry/subgraph/subgraphModule.js';
import type { Linkage } from './linkage.js';
import { hetu } from './scheme.js';

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
  resolvers: [IdentityCodeResolver],
  entities: [LinkedPerson],
  references: { Person: ({ id }) => new LinkedPerson(id as number) },
};
