import { today } from '../../lib/calendar.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { Directive, Field, Int, ObjectType } from '../../lib/typeGraphql.js';
import type { PersonKey } from '../../schema/keys.js';
import { PersonIDScalar } from '../../schema/scalars.js';
import type { Criteria } from '../criteria/criterion.js';
import { contactCriteria } from '../criteria/rowsCriterion.js';
import { isOpenWith } from '../enforcement/conditions.js';
import { eachRow, type FeedRows } from '../enforcement/feedRows.js';
import { joinModules, type DepartmentRegistry, type SubgraphModule } from '../subgraph/departmentRegistry.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import { answerFeeds } from './answerFeeds.js';
import { cohortFeed, cohortMembersFeed } from './cohortFeed.js';
import { DerivedEntity } from './derivedEntity.js';
import { predictionFeatureFeeds, type PredictionFeatures } from './predictionFeatures.js';
import { registryFeed } from './registryFeed.js';
import {
  type ContactRegistryDefinition,
  type ContactStore,
  familyServicePathFeed,
  servicePathFeed,
} from './servicePathFeeds.js';

interface ContactRegistryOptions<Store> extends SubgraphModule {
  readonly definition: ContactRegistryDefinition;
  /** The type of its contacts, such as `HealthContact`. */
  readonly contactType: string;
  /** The field of a person that lists the contacts, such as `healthContacts`. */
  readonly contactsField: string;
  /** Its criteria for groups. The default is contacts and their services. */
  readonly criteria?: Criteria<RegistryStore>;
  /** Its features for predictions, if it provides any to risk assessments. */
  readonly predictionFeatures?: PredictionFeatures<Store>;
}

/** Makes a registry of contacts: its own fields, and every feed that derived types read from it. */
export function contactRegistry<Store extends RegistryStore>({
  definition,
  contactType,
  contactsField,
  criteria = contactCriteria(contactType, contactsField),
  predictionFeatures,
  ...module
}: ContactRegistryOptions<Store>): DepartmentRegistry {
  const feeds = contactFeeds(definition.name, contactType, contactsField, criteria);
  if (!predictionFeatures) return { definition, contactType, criteria, module: joinModules(module, feeds) };
  return {
    definition,
    contactType,
    criteria,
    features: predictionFeatures.source.features,
    module: joinModules(module, feeds, predictionFeatureFeeds(definition.name, predictionFeatures)),
  };
}

/** Every feed of a registry of contacts, for derived types. */
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
 * `PersonPage.<registry>`: the persons that have a care relationship with the caller. It reveals that they
 * are clients, so it contains only persons whose contacts the caller may see.
 */
function clientsFeed(registry: string, contactsField: string): SubgraphModule {
  return answerFeeds(PersonPageKey, {
    [registry]: {
      lineage: { exposes: [`Person.${contactsField}`] },
      async answer(_page, { store, decision }: RequestContext<ContactStore>): Promise<FeedRows> {
        const table = store.tables.careRelationships;
        const [clients, on] = [new Map<PersonKey, number>(), today()];
        await new CooperativeScheduler().forEachChunk(table.rows, (from, to) => {
          for (let row = from; row < to; row++)
            if (isOpenWith(table, row, decision.caller, on)) clients.set(table.subject[row]!, row);
        });
        return { ranges: eachRow(table, clients.values()), columns: {} };
      },
    },
  });
}

/** The key of PersonPage. */
@ObjectType('PersonPage')
@Directive('@key(fields: "first after")')
class PersonPageKey extends DerivedEntity {
  @Field(() => Int, { simple: true })
  @Directive('@inaccessible')
  readonly first!: number;

  @Field(() => PersonIDScalar, { nullable: true, simple: true })
  @Directive('@inaccessible')
  readonly after!: PersonKey | null;
}
