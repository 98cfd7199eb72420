import { today } from '../../lib/calendar.js';
import { Turns } from '../../lib/cooperativeScheduler.js';
import { Ctx, Directive, Field, FieldResolver, Int, ObjectType, Resolver } from '../../lib/typeGraphql.js';
import type { PersonKey } from '../../schema/keys.js';
import { FeedScalar, PersonIDScalar } from '../../schema/scalars.js';
import type { Criteria } from '../criteria/criterion.js';
import { contactCriteria } from '../criteria/rowsCriterion.js';
import { isOpenWith } from '../enforcement/conditions.js';
import { eachRow, type FeedRows } from '../enforcement/feedRows.js';
import { joinModules, type Registry, type SubgraphModule } from '../subgraph/registry.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import { cohortFeed, cohortMembersFeed } from './cohortFeed.js';
import { type Foretelling, foretellingFeeds } from './predictionFeatures.js';
import { registryFeed } from './registryFeed.js';
import {
  type ContactRegistryDefinition,
  type ContactStore,
  familyServicePathFeed,
  servicePathFeed,
} from './servicePathFeeds.js';

interface ContactRegistryOptions<Store> extends SubgraphModule {
  readonly definition: ContactRegistryDefinition;
  /** The type of its contacts: `HealthContact`. */
  readonly contactType: string;
  /** The field of a person that lists them: `healthContacts`. */
  readonly contactsField: string;
  /** What groups are formed by; without them, by its contacts and their services. */
  readonly criteria?: Criteria<RegistryStore>;
  /** What it knows that foretells need, where it hands that to risk assessments. */
  readonly foretelling?: Foretelling<Store>;
}

/** A registry of contacts: what it shows itself, and every feed that derived types take from it. */
export function contactRegistry<Store extends RegistryStore>({
  definition,
  contactType,
  contactsField,
  criteria = contactCriteria(contactType, contactsField),
  foretelling,
  ...module
}: ContactRegistryOptions<Store>): Registry {
  const feeds = contactFeeds(definition.name, contactType, contactsField, criteria);
  if (!foretelling) return { definition, contactType, criteria, module: joinModules(module, feeds) };
  return {
    definition,
    contactType,
    criteria,
    factors: foretelling.source.factors,
    module: joinModules(module, feeds, foretellingFeeds(definition.name, foretelling)),
  };
}

/** Every feed of a registry of contacts: all that derived types take from it. */
function contactFeeds(
  registry: string,
  contactType: string,
  contactsField: string,
  criteria: Criteria<RegistryStore>,
): SubgraphModule {
  return joinModules(
    servicePathFeed(registry, contactType),
    familyServicePathFeed(registry, contactType),
    clientsFeed(registry, contactsField),
    registryFeed(registry, 'contacts'),
    cohortFeed(registry, criteria),
    cohortMembersFeed(registry, contactType),
  );
}

/**
 * `PersonPage.<registry>`: whom the caller has a care relationship with. It is given where the caller may see those
 * persons' contacts, for it tells that they are clients.
 */
function clientsFeed(registry: string, contactsField: string): SubgraphModule {
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
