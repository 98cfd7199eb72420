import { today } from '../../../schema/calendar.js';
import { Turns } from '../../../schema/turns.js';
import type { PersonKey } from '../../../schema/keys.js';
import { FeedScalar } from '../../../schema/scalars/feedScalar.js';
import { PersonIDScalar } from '../../../schema/scalars/keyScalar.js';
import {
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  Resolver,
} from '../../../schema/typeGraphql.js';
import { isOpenWith } from '../enforcement/careConditions.js';
import { type FeedRows, eachRow } from '../enforcement/feedRows.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import type { SubgraphModule } from '../subgraph/subgraphModule.js';
import type { ContactStore } from './contactStore.js';

/**
 * `PersonPage.<registry>`: whom the caller has a care relationship with. It is given where the caller may see those
 * persons' contacts, for it tells that they are clients.
 */
export function clientsFeed(registry: string, contactsField: string): SubgraphModule {
  @ObjectType('PersonPage')
  @Directive('@key(fields: "first after")')
  class PersonPage {
    @Field(() => Int, { simple: true })
    @Directive('@inaccessible')
    first!: number;

    @Field(() => PersonIDScalar, { nullable: true, simple: true })
    @Directive('@inaccessible')
    after!: PersonKey | null;
  }

  @Resolver(() => PersonPage)
  class ClientsFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive(`@lineage(exposes: ["Person.${contactsField}"])`)
    async feed(@Ctx() { store, decision }: RequestContext<ContactStore>): Promise<FeedRows> {
      const table = store.tables.careRelationships;
      const [clients, on] = [new Map<PersonKey, number>(), today()];
      await new Turns().through(table.rows, (from, to) => {
        for (let row = from; row < to; row++)
          if (isOpenWith(table, row, decision.caller, on)) clients.set(table.subject[row]!, row);
      });
      return { ranges: eachRow(table, clients.values()), columns: {} };
    }
  }

  return {
    resolvers: [ClientsFeedResolver],
    entities: [PersonPage],
    references: { PersonPage: (representation) => Object.assign(new PersonPage(), representation) },
  };
}
