import type { ShownEffect } from './policyMatrix.js';

/** A grant or a prohibition of a policy file. */
export interface ExplainedRule {
  /** registry/id */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly basis: readonly string[];
}

/** One way in which a field may be seen. */
export interface ExplainedWay {
  /** null: the value itself. */
  readonly mask: string | null;
  readonly conditions: readonly string[];
  readonly rules: readonly ExplainedRule[];
}

interface NearRule extends ExplainedRule {
  readonly roles: readonly string[];
  readonly needsPermit: boolean;
  readonly from: string | null;
  readonly until: string | null;
}

/** Numbers about requests, without anybody's id. */
export interface RequestCounts {
  readonly since: string;
  readonly isComplete: boolean;
  readonly counts: readonly {
    readonly recipientLabel: string;
    readonly purposeLabel: string;
    readonly roleLabels: readonly string[];
    readonly shown: number;
    readonly withheld: number;
  }[];
}

export interface ShownExplanation {
  readonly effect: ShownEffect;
  readonly purpose: string;
  readonly ways: readonly ExplainedWay[];
  /** null: shown. */
  readonly reasonKind: string | null;
  readonly prohibition: ExplainedRule | null;
  readonly nearRules: readonly NearRule[];
  readonly withheldInputs: readonly {
    readonly coordinate: string;
    readonly owner: string;
    readonly derivedType: string | null;
  }[];
  readonly derivations: readonly {
    readonly type: string;
    readonly ways: readonly ExplainedWay[];
    readonly reasonKind: string | null;
  }[];
  readonly changedBy: {
    readonly owner: string;
    readonly file: string;
    readonly signaturesNeeded: number;
    readonly people: readonly { readonly id: string; readonly office: string }[];
  };
  readonly requests: RequestCounts | null;
}

const RULE = '{ id file line basis }';
const WAY = `{ mask conditions rules ${RULE} }`;

export const explanationQuery = `query ExplainPolicy($coordinate: String!, $purpose: String!, $role: String!) {
  explainPolicy(coordinate: $coordinate, purpose: $purpose, role: $role) {
    effect purpose reasonKind
    ways ${WAY}
    prohibition ${RULE}
    nearRules { id file line basis roles needsPermit from until }
    withheldInputs { coordinate owner derivedType }
    derivations { type reasonKind ways ${WAY} }
    changedBy { owner file signaturesNeeded people { id office } }
    requests { since isComplete counts { recipientLabel purposeLabel roleLabels shown withheld } }
  }
}`;
