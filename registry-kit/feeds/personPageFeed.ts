import { today } from '../../lib/calendar.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { Directive, Field, Int, ObjectType } from '../../lib/typeGraphql.js';
import type { PersonKey } from '../../schema/keys.js';
import { PersonSet } from '../../schema/personSet.js';
import { PersonIDScalar } from '../../schema/scalars.js';
import { rowRangeOf } from '../columns/table.js';
import { isOpenWith } from '../enforcement/conditions.js';
import { eachRow, type FeedRows } from '../enforcement/feedRows.js';
import { stableShuffle } from '../enforcement/stableShuffle.js';
import type { SubgraphModule } from '../subgraph/departmentRegistry.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import { answerFeeds } from './answerFeeds.js';
import { DerivedEntity, type Representation } from './derivedEntity.js';
import type { ContactStore } from './servicePathFeeds.js';

/**
 * `PersonPage.<registry>`: the people that a caller works with. For the holder of a research permit these are
 * people of its population who have contacts, of one page. For everybody else they are all who have a care
 * relationship with the caller. It reveals that they are clients, so it contains only persons whose contacts
 * the caller may see.
 */
export function personPageFeed(registry: string, contactsField: string): SubgraphModule {
  const contacts = `Person.${contactsField}`;
  return answerFeeds(PersonPageKey, {
    [registry]: {
      lineage: { exposes: [contacts] },
      answer: (page, context: RequestContext<ContactStore>): Promise<FeedRows> =>
        context.decision.caller.permit === undefined
          ? clientsOf(context)
          : populationOf(contacts, page, context),
    },
  });
}

async function clientsOf({ store, decision }: RequestContext<ContactStore>): Promise<FeedRows> {
  const table = store.tables.careRelationships;
  const [clients, on] = [new Map<PersonKey, number>(), today()];
  await new CooperativeScheduler().forEachChunk(table.rows, (from, to) => {
    for (let row = from; row < to; row++)
      if (isOpenWith(table, row, decision.caller, on)) clients.set(table.subject[row]!, row);
  });
  return { ranges: eachRow(table, clients.values()), columns: {} };
}

/** The persons of a page, and one more, which tells that there are more. The directory merges registries. */
async function populationOf(
  coordinate: string,
  { first, after }: PersonPageKey,
  { store, decision, access }: RequestContext<ContactStore>,
): Promise<FeedRows> {
  const table = store.tables.contacts;
  const ways = access.decision.derive('PersonPage', coordinate);
  const permitted = (await access.permittedPersons([ways], [coordinate])) ?? PersonSet.all(access.bound);
  const rank = stableShuffle(decision.domain);
  const [begin, most] = [after === null ? -1 : rank(after), Math.max(0, first) + 1];
  const { keys } = permitted;
  let page: { readonly rank: number; readonly row: number }[] = [];
  const cut = () => (page = page.sort((one, other) => one.rank - other.rank).slice(0, most));
  await new CooperativeScheduler().forEachChunk(keys.length, (from, to) => {
    for (const person of keys.subarray(from, to)) {
      const rows = rowRangeOf(table, person);
      if (rows[0] === rows[1]) continue;
      const own = rank(person);
      if (own > begin) page.push({ rank: own, row: rows[0] });
    }
    cut();
  });
  return {
    ranges: eachRow(
      table,
      cut().map(({ row }) => row),
    ),
    columns: {},
  };
}

/** A page of persons by its key: its size, and the last person of the page before. */
@ObjectType('PersonPage')
@Directive('@key(fields: "first after")')
export class PersonPageKey extends DerivedEntity {
  @Field(() => Int, { simple: true })
  @Directive('@inaccessible')
  readonly first: number;

  @Field(() => PersonIDScalar, { nullable: true, simple: true })
  @Directive('@inaccessible')
  readonly after: PersonKey | null;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.first = representation['first'] as number;
    this.after = (representation['after'] as PersonKey | undefined) ?? null;
  }
}
