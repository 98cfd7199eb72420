import { whereabouts } from '../catalogue/conditions.js';
import type { Decision, Explanation, Permission } from '../decision.js';
import type { PolicyModel } from '../policyModel.js';
import type { DecisionTable } from './decisionTable.js';
import type { DenialExplainer, DenialReason, DeniedInput, TotalDenialReason } from './denialReasons.js';
import { explainDenial } from './denialTexts.js';
import { NONE } from './derivationGrants.js';

const TYPENAME: readonly Permission[] = [{ mask: undefined, conditions: [], grant: 'schema/typename' }];

/** The table of a decision, and what explains its denials. */
interface Decided {
  readonly table: DecisionTable;
  readonly explainer: DenialExplainer;
}

/** A {@link Decision} that is read from a table. */
export class PolicyDecision implements Decision {
  constructor(
    readonly key: string,
    readonly purpose: string,
    /** Known roles that may be used for the purpose, sorted. */
    readonly roles: readonly string[],
    private readonly model: PolicyModel,
    private readonly numbers: ReadonlyMap<string, number>,
    /** A reason instead of a table: it denies everything. */
    private readonly decided: Decided | TotalDenialReason,
  ) {}

  get revision(): string {
    return this.model.revision;
  }

  show(coordinate: string): readonly Permission[] {
    if (coordinate.endsWith('.__typename')) return TYPENAME;
    if ('kind' in this.decided) return NONE;
    const number = this.numbers.get(coordinate);
    return number === undefined ? NONE : this.decided.table.show[number]!;
  }

  derive(derivedType: string, coordinate: string): readonly Permission[] {
    if ('kind' in this.decided) return NONE;
    return this.decided.table.derive.get(derivedType)?.get(coordinate) ?? NONE;
  }

  shields(coordinate: string): boolean {
    if (this.model.purposes.get(this.purpose)?.entitled) return false;
    const field = this.model.graph.fields.get(coordinate);
    const category = field && this.model.registries.get(field.subgraph)?.fields.get(coordinate)?.category;
    return category !== undefined && whereabouts.has(category);
  }

  explain(coordinate: string): Explanation {
    const reason = this.denialReason(coordinate) ?? { kind: 'no-such-field' };
    return explainDenial(coordinate, reason, this, this.model);
  }

  /** Why a coordinate is not shown; undefined: it is shown. */
  denialReason(coordinate: string): DenialReason | undefined {
    if (this.show(coordinate).length > 0) return undefined;
    return this.reason(({ explainer }) => explainer.show(coordinate));
  }

  /** Why a derived type may not be made of a coordinate; undefined: it may. */
  derivationDenialReason(derivedType: string, coordinate: string): DenialReason | undefined {
    if (this.derive(derivedType, coordinate).length > 0) return undefined;
    return this.reason(({ explainer }) => explainer.derive(derivedType, coordinate));
  }

  /** Whether a registry gives a feed. If not, the derived type says that the registry withholds its part. */
  isAvailable(feed: string): boolean {
    return !('kind' in this.decided) && this.decided.table.available.get(feed) === true;
  }

  /** Why a feed is withheld; empty where it is available. */
  deniedInputs(feed: string): readonly DeniedInput[] {
    return 'kind' in this.decided ? [] : this.decided.explainer.deniedInputs(feed);
  }

  private reason(find: (decided: Decided) => DenialReason): DenialReason {
    return 'kind' in this.decided ? this.decided : find(this.decided);
  }
}
