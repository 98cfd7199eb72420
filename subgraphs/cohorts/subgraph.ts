import { expectFeeds } from '../../registry-kit/feeds/derivedEntity.js';
import type { SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import { Cohort, CohortResolver } from './cohort.js';
import { CohortMembers, CohortMembersResolver, memberFeedsOf } from './cohortMembers.js';
import { CohortPriceResolver, MembersPriceResolver } from './cohortPrice.js';
import { CohortRisk, CohortRiskResolver, RISK_FEEDS } from './cohortRisk.js';
import type { CohortSource } from './cohortsStore.js';
import { declareCriteria } from './filter.js';
import { GroupCriteriaResolver } from './groupCriteria.js';
import { declareDimensions } from './results/groupTable.js';

/**
 * The subgraph of groups. A cohort is an entity keyed by the whole question. Registries feed it with the
 * persons who meet their own criteria. This subgraph combines the answers and publishes protected numbers
 * only (docs/decisions/groups.md).
 */
export function cohortsModule(sources: readonly CohortSource[]): SubgraphModule {
  const registries = sources.map(({ registry }) => registry);
  const memberFeeds = memberFeedsOf(sources);
  const criteria = Object.assign({}, ...sources.map(({ criteria }) => criteria)) as CohortSource['criteria'];
  return {
    resolvers: [
      new CohortResolver(sources),
      new CohortMembersResolver(sources),
      new CohortRiskResolver(sources),
      new CohortPriceResolver(sources),
      new MembersPriceResolver(),
      new GroupCriteriaResolver(sources),
    ],
    entities: [Cohort, CohortMembers, CohortRisk],
    references: {
      Cohort: (representation) => new Cohort(representation, registries),
      CohortMembers: (representation) => new CohortMembers(representation, memberFeeds),
      CohortRisk: (representation) => new CohortRisk(representation, RISK_FEEDS),
    },
    amendments: [
      expectFeeds('Cohort', registries),
      expectFeeds('CohortMembers', memberFeeds),
      expectFeeds('CohortRisk', RISK_FEEDS),
      declareCriteria(criteria),
      declareDimensions,
    ],
  };
}
