import { CohortKey, CohortMembersKey, contactsOfMembers } from '../criteria/cohortKeys.js';
import { checkCriterion, criterionQuestions } from '../criteria/cohortQuestion.js';
import type { Criteria, GroupAnswers, RecordTest } from '../criteria/criterion.js';
import type { SubgraphModule } from '../subgraph/departmentRegistry.js';
import type { RegistryContext, RegistryStore } from '../subgraph/registryContext.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import { answerFeeds } from './answerFeeds.js';
import type { ContactStore } from './servicePathFeeds.js';

/** Attributes of everybody, which a registry adds to every answer, and the coordinates that they reveal. */
export interface GroupAttributes<Store> {
  readonly coordinates: readonly string[];
  readonly read: (store: Store) => Promise<GroupAnswers>;
}

/**
 * `Cohort.<registry>`: what a registry knows about a group. It evaluates its own criteria for everybody.
 * Other registries evaluate theirs.
 */
export function cohortFeed<Store extends RegistryStore>(
  registry: string,
  criteria: Criteria<Store>,
  attributes?: GroupAttributes<Store>,
): SubgraphModule {
  const testable = Object.values(criteria).flatMap((criterion) => criterion.testable);
  return answerFeeds(CohortKey, {
    [registry]: {
      lineage: { aggregates: [...testable, ...(attributes?.coordinates ?? [])] },
      async answer({ question }, { store }: RegistryContext): Promise<GroupAnswers> {
        const own = criterionQuestions(question).filter(({ filter }) =>
          Object.hasOwn(criteria, filter.criterion),
        );
        const evaluations = own.map((asked) => {
          const { filter, name, as } = asked;
          const criterion = criteria[filter.criterion]!;
          checkCriterion(asked, criterion);
          const given = filter.arguments;
          return {
            name,
            tests: criterion.tests(given),
            evaluate: (isCounted: Parameters<typeof criterion.persons>[2]) =>
              as === 'persons'
                ? criterion.persons(given, store as Store, isCounted)
                : criterion.events!(given, store as Store, isCounted),
          };
        });
        const always = await attributes?.read(store as Store);
        const absent = store.manifest.absent ?? [];
        const missing = own.flatMap(({ filter, name }) => {
          const reads = criteria[filter.criterion]!.reads(filter.arguments);
          const found = reads.filter((read) => absent.includes(read));
          return found.length > 0 ? [[`absent:${name}`, found] as const] : [];
        });
        return {
          ...always,
          evaluations: [...(always?.evaluations ?? []), ...evaluations],
          texts: {
            ...always?.texts,
            ...Object.fromEntries(missing),
            absent,
            snapshot: [store.manifest.snapshotId],
          },
        };
      },
    },
  });
}

/** The coordinates that the members' contacts of a registry reveal. */
export function memberContactCoordinates(contactType: string): readonly string[] {
  return ['service', 'startedAt', 'endedAt'].map((field) => `${contactType}.${field}`);
}

/** `CohortMembers.<registry>`: the contacts of a group's members, for their common paths. */
export function cohortMembersFeed(registry: string, contactType: string): SubgraphModule {
  const coordinates = memberContactCoordinates(contactType);
  return answerFeeds(CohortMembersKey, {
    [registry]: {
      lineage: { aggregates: coordinates },
      answer(members, { store }: RequestContext<ContactStore>): GroupAnswers {
        const { contacts } = store.tables;
        const evaluate = (isCounted: RecordTest | undefined) =>
          contactsOfMembers(members, contacts, isCounted);
        return {
          evaluations: [{ name: 'contacts', tests: coordinates, evaluate }],
          texts: { services: contacts.columns.service.texts, snapshot: [store.manifest.snapshotId] },
        };
      },
    },
  });
}
