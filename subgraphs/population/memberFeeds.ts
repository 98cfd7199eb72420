import { CohortMembersKey } from '../../registry-kit/criteria/cohortKeys.js';
import type { GroupAnswers } from '../../registry-kit/criteria/criterion.js';
import { eachRow, type FeedRows } from '../../registry-kit/enforcement/feedRows.js';
import { answerFeeds } from '../../registry-kit/feeds/answerFeeds.js';
import { FamilyRiskAssessmentsKey, FamilyServicePathKey } from '../../registry-kit/feeds/feedKeys.js';
import { familyIndexOf } from '../../registry-kit/person-flags/familyIndex.js';
import type { RegistryContext } from '../../registry-kit/subgraph/registryContext.js';
import type { FamilyKey } from '../../schema/keys.js';
import type { populationRegistry } from './tables.js';
import { unitAttributes } from './yearly.js';

type Context = RegistryContext<typeof populationRegistry>;

/** `CohortMembers.population`: how many families are behind a number. */
export const memberUnitsFeed = answerFeeds(CohortMembersKey, {
  population: {
    lineage: { aggregates: ['Family.members'] },
    answer: async (_members, { store }: Context): Promise<GroupAnswers> => ({
      evaluations: [],
      attributes: await unitAttributes(store),
      texts: { snapshot: [store.manifest.snapshotId] },
    }),
  },
});

/** `FamilyServicePath.members`: who was in the family, and when. */
export const membersFeed = answerFeeds(FamilyServicePathKey, {
  members: {
    lineage: {
      exposes: ['FamilyMember.person', 'FamilyMember.startedAt'],
      optional: ['FamilyMember.endedAt'],
    },
    answer: ({ family }, context: Context) => membersOf(family, context),
  },
});

/** `FamilyRiskAssessments.members`: who was in the family, as what, and when. */
export const riskMembersFeed = answerFeeds(FamilyRiskAssessmentsKey, {
  members: {
    lineage: {
      exposes: ['FamilyMember.person', 'FamilyMember.role', 'FamilyMember.startedAt'],
      optional: ['FamilyMember.endedAt'],
    },
    answer({ family }, context: Context): FeedRows {
      const rows = membersOf(family, context);
      const { role } = context.store.tables.memberships.columns;
      return { ...rows, columns: { role: { kind: 'code', values: role }, ...rows.columns } };
    },
  },
});

function membersOf(family: FamilyKey, { store }: Context): FeedRows {
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
