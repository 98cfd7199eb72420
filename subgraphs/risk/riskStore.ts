import type { ChildFactors } from './assessment/registryFactors.js';
import type { RiskModel } from './model/riskModel.js';
import type { RiskScore } from './model/riskScore.js';

/** The model by which children are assessed now, or why there is none. */
export type RiskModelInForce =
  | {
      readonly state: 'serving';
      readonly model: RiskModel;
      /** When the last signature that it needed was given, by ISO 8601. */
      readonly approvedAt: string;
      /** Told of each child that is assessed, for a model in shadow; what it makes of it is shown to nobody. */
      readonly beside?: (child: ChildFactors, score: RiskScore) => void;
    }
  | { readonly state: 'no-model' }
  | {
      readonly state: 'switched-off';
      /** In the words of whoever switched it off. */
      readonly reason: string;
    };

/** What the risk subgraph reads from besides its feeds. */
export interface RiskStore {
  readonly inForce: () => RiskModelInForce;
}
