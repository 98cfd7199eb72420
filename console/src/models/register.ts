import { type ShownSigner, type ShownSigning, signersFor } from '../policies/revisions/policyRevisions.js';

/** The register of models in an answer of the gateway. Withheld values are null. */
export interface ModelRegister {
  readonly isSigned: boolean | null;
  readonly serving: string | null;
  readonly versions: readonly ModelVersion[] | null;
  readonly stops: readonly ModelStop[] | null;
  readonly shadow: ModelShadow | null;
  readonly history: readonly RegisterEvent[] | null;
}

export interface ModelVersion {
  readonly version: string;
  readonly standing: string | null;
  readonly registeredAt: string | null;
  readonly approvedAt: string | null;
  readonly missing: number | null;
  readonly approvals: readonly ModelApproval[] | null;
}

interface ModelApproval {
  readonly person: string | null;
  readonly at: string | null;
  readonly comment: string | null;
}

export interface ModelStop {
  readonly sequence: number;
  readonly version: string | null;
  readonly person: string | null;
  readonly at: string | null;
  readonly comment: string | null;
  readonly resumers: readonly string[] | null;
  readonly missing: number | null;
}

export interface ModelShadow {
  readonly version: string | null;
  readonly serving: string | null;
  readonly assessments: number | null;
  readonly bands:
    | readonly {
        readonly from: number;
        readonly until: number;
        /** By band of the version in shadow mode. */
        readonly assessments: readonly number[] | null;
      }[]
    | null;
}

export interface RegisterEvent {
  readonly sequence: number;
  readonly act: string | null;
  readonly version: string | null;
  readonly stop: number | null;
  readonly person: string | null;
  readonly at: string | null;
  readonly comment: string | null;
}

const registerFields = `isSigned serving
  versions { version standing registeredAt approvedAt missing approvals { person at comment } }
  stops { sequence version person at comment resumers missing }
  shadow { version serving assessments bands { from until assessments } }
  history { sequence act version stop person at comment }`;

export const registerQuery = `query ModelRegister { riskRegister { ${registerFields} } }`;

export interface RegisterAnswer {
  readonly riskRegister: ModelRegister | null;
}

/** What a person may do here. */
export type ModelOrder =
  | { readonly order: 'APPROVE'; readonly version: string }
  | { readonly order: 'STOP' }
  | { readonly order: 'RESUME'; readonly stop: number };

export const draftQuery = `query DraftEntry($order: RiskOrder!, $reason: String!, $person: String, $version: String, $stop: Int) {
  riskRegisterDraft(order: $order, reason: $reason, person: $person, version: $version, stop: $stop) { payload }
}`;

export interface DraftAnswer {
  readonly riskRegisterDraft: { readonly payload: string } | null;
}

const mutations = {
  APPROVE: 'approveRiskModel',
  STOP: 'stopRiskModels',
  RESUME: 'resumeRiskModels',
} as const satisfies Record<ModelOrder['order'], string>;

/** The mutation that takes a signed text. It answers the register as it is then, as `done`. */
export function orderMutation(order: ModelOrder['order']): string {
  return `mutation SignedEntry($payload: String!, $signature: String) {
    done: ${mutations[order]}(payload: $payload, signature: $signature) { serving }
  }`;
}

export interface SignedAnswer {
  readonly done: { readonly serving: string | null } | null;
}

/** The owner of predicted need in owners.yaml. */
const RISK_OWNER = 'risk';

/**
 * The people who may sign an order today, as far as the page knows. The gateway decides.
 * @param stoppedBy who stopped what is to be resumed
 */
export function signersOf(
  signing: ShownSigning,
  order: ModelOrder['order'],
  stoppedBy: string | null,
): readonly ShownSigner[] {
  const { people } = signing;
  const today = new Date().toISOString().slice(0, 10);
  const ownersOf: Readonly<Record<ModelOrder['order'], () => readonly string[]>> = {
    APPROVE: () => [RISK_OWNER],
    STOP: () => people.flatMap(({ registries }) => registries),
    RESUME: () => people.find(({ id }) => id === stoppedBy)?.registries ?? [RISK_OWNER],
  };
  return signersFor(signing, ownersOf[order](), today);
}
