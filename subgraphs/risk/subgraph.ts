import type { RiskSource } from '../../registry-kit/features/feature.js';
import { expectFeeds } from '../../registry-kit/feeds/derivedEntity.js';
import type { SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import {
  FAMILY_FEEDS,
  FamilyRiskAssessments,
  FamilyRiskAssessmentsResolver,
  RiskFamilyResolver,
} from './familyRisks.js';
import { CohortChildRisks, CohortChildRisksResolver } from './groupRisks.js';
import { RiskAssessment, RiskAssessmentResolver, RiskPersonResolver } from './riskAssessment.js';
import { RiskModelCardResolver } from './modelCard.js';
import { RegisteredRiskModelResolver, RiskRegister, RiskRegisterResolver } from './riskRegister.js';
import { RiskFamily, RiskPerson } from './types.js';

/**
 * The subgraph of predicted need. It owns no register data. An assessment is an entity keyed by child,
 * quarter and horizon. The registries feed it with factors, and a model that two people have approved
 * computes a number from them (docs/decisions/risk-serving.md).
 */
export function riskModule(sources: readonly RiskSource[]): SubgraphModule {
  const registries = sources.map(({ registry }) => registry);
  return {
    resolvers: [
      new RiskPersonResolver(registries),
      new RiskFamilyResolver(),
      new FamilyRiskAssessmentsResolver(registries),
      new RiskAssessmentResolver(sources),
      new CohortChildRisksResolver(),
      new RiskRegisterResolver(),
      new RegisteredRiskModelResolver(),
      new RiskModelCardResolver(sources),
    ],
    entities: [RiskPerson, RiskFamily, RiskAssessment, FamilyRiskAssessments, CohortChildRisks, RiskRegister],
    references: {
      Person: ({ id }) => new RiskPerson(id as number),
      Family: ({ id }) => new RiskFamily(id as number),
      RiskAssessment: (representation) => new RiskAssessment(representation, registries),
      FamilyRiskAssessments: (representation) => new FamilyRiskAssessments(representation, FAMILY_FEEDS),
      CohortRisk: (representation) => new CohortChildRisks(representation, registries),
    },
    amendments: [
      expectFeeds('RiskAssessment', registries),
      expectFeeds('FamilyRiskAssessments', FAMILY_FEEDS),
      expectFeeds('CohortRisk', registries),
    ],
  };
}
