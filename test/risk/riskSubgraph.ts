import { policiesFolder } from '../../cli/options.js';
import { loadPolicy } from '../../cli/runtime/openPolicy.js';
import { createSubgraph } from '../../registry-kit/subgraph/createSubgraph.js';
import { derivedSources } from '../../registry-kit/subgraph/registrySources.js';
import type { RiskModelInForce, RiskStore } from '../../risk-model/model/riskStore.js';
import type { Feed } from '../../schema/feed.js';
import { riskSources } from '../../subgraphs/registries.js';
import { riskModule } from '../../subgraphs/risk/subgraph.js';
import { contextOf, testCaller } from '../city/testCaller.js';

export const EVERYTHING = `
  status withheld switchedOffBecause probability interval { from until } percentile score base missing baseRate
  contributions { registries factors { id label(language: SV) } logOdds }
  calibration { from until children predicted observed }
  model { version trainedAt approvedAt }
  limits humanOversight(language: FI)
`;

export interface RiskAnswer {
  readonly status: string | null;
  readonly withheld: readonly string[] | null;
  readonly probability: number | null;
  readonly interval: { readonly from: number; readonly until: number } | null;
  readonly score: number | null;
  readonly base: number | null;
  readonly missing: number | null;
  readonly contributions:
    | readonly {
        readonly registries: readonly string[];
        readonly factors: readonly { readonly id: string; readonly label: string }[];
        readonly logOdds: number;
      }[]
    | null;
  readonly [field: string]: unknown;
}

export type Feeds = Readonly<Record<string, Feed>>;

export interface RiskCase {
  readonly feeds: Feeds;
  readonly inForce: RiskModelInForce;
  readonly role?: string;
  readonly purpose?: string;
  readonly horizonYears?: number;
}

/**
 * The risk subgraph under the shipped policies. Answers the gateway's query about one child, with given
 * feeds.
 */
export async function riskSubgraph(): Promise<
  (given: RiskCase) => Promise<{ text: string; risk: RiskAnswer }>
> {
  const policy = await loadPolicy(policiesFolder);
  let inForce: RiskModelInForce;
  const subgraph = await createSubgraph<RiskStore>({
    name: 'risk',
    module: riskModule(riskSources),
    decide: (requester) => policy.decide(requester, new Date()),
    open: derivedSources({ inForce: () => inForce }),
  });
  return async (given) => {
    inForce = given.inForce;
    const { role = 'family-team-worker', purpose = 'child-protection', horizonYears = 5 } = given;
    const caller = testCaller({ recipient: 'family-services', roles: [role], purposes: [purpose] });
    const { data, errors } = await subgraph.execute(
      {
        query: `query ($r: [_Any!]!) { _entities(representations: $r) { ... on RiskAssessment { ${EVERYTHING} } } }`,
        variables: {
          r: [{ __typename: 'RiskAssessment', person: 7, asOf: '2012-Q1', horizonYears, ...given.feeds }],
        },
      },
      contextOf(caller),
    );
    if (errors) throw errors[0];
    const [risk] = (data as { _entities: RiskAnswer[] })._entities;
    const text = JSON.stringify(risk);
    return { text, risk: JSON.parse(text) as RiskAnswer };
  };
}
