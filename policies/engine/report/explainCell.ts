import type { DenialReason, DeniedInput } from '../decide/denialReasons.js';
import type { Policy } from '../decide/policy.js';
import type { Condition, MaskName, Permission } from '../decision.js';
import type { LocalizedText } from '../../../schema/language.js';
import type { Grant, Prohibition } from '../policyModel.js';

/** One way in which a role sees a field, with the grants that give it. */
export interface GrantedWay {
  readonly mask: MaskName | undefined;
  readonly conditions: readonly Condition[];
  /** Empty: it needs no grant, because it is an id or a part of a key. */
  readonly grants: readonly Grant[];
}

/** Why a field is denied, as data that a page puts into words in any language. */
export interface CellDenial {
  readonly kind: DenialReason['kind'];
  readonly sentence: LocalizedText;
  readonly prohibition: Prohibition | undefined;
  /** Grants for this purpose that do not apply: for other roles, under a permit, or at another time. */
  readonly nearGrants: readonly Grant[];
  /** Parts of the field that their owners withhold. */
  readonly inputs: readonly WithheldPart[];
}

export interface WithheldPart {
  readonly coordinate: string;
  readonly registry: string;
  /** The derived type that it is not released to; undefined: it is not shown. */
  readonly derivedType: string | undefined;
  readonly kind: DenialReason['kind'];
}

export interface CellExplanation {
  /** The registry whose owner decides; undefined: the graph has no such field. */
  readonly registry: string | undefined;
  /** Empty: denied. The first whose conditions are true applies. */
  readonly ways: readonly GrantedWay[];
  /** undefined: shown. */
  readonly denial: CellDenial | undefined;
  /** What derived types may make of the field. */
  readonly derivations: readonly CellDerivation[];
}

export interface CellDerivation {
  readonly type: string;
  readonly ways: readonly GrantedWay[];
  /** undefined: released. */
  readonly kind: DenialReason['kind'] | undefined;
}

/** Why one role sees a field for one purpose, or does not, and by which rules. */
export function explainCell(
  policy: Policy,
  { coordinate, role, purpose }: { coordinate: string; role: string; purpose: string },
  at: Date,
): CellExplanation {
  const decision = policy.decide({ roles: [role], purpose }, at);
  const reason = decision.denialReason(coordinate);
  const registry = policy.model.graph.fields.get(coordinate.split('(')[0]!)?.subgraph;
  return {
    registry,
    ways: grantedWays(decision.show(coordinate), policy),
    denial: reason && {
      ...partsOf(reason, policy),
      kind: reason.kind,
      sentence: decision.explain(coordinate).reason,
    },
    derivations: [...policy.model.derived].flatMap(([type, uses]): CellDerivation[] => {
      if (!uses.has(coordinate)) return [];
      const ways = grantedWays(decision.derive(type, coordinate), policy);
      return [{ type, ways, kind: decision.derivationDenialReason(type, coordinate)?.kind }];
    }),
  };
}

/** Permissions with the grants behind them. A value of a derived type may need several grants. */
export function grantedWays(permissions: readonly Permission[], policy: Policy): readonly GrantedWay[] {
  return permissions.map(({ mask, conditions, grant }) => ({
    mask,
    conditions,
    grants: grant.split(' + ').flatMap((id) => {
      const rule = policy.rule(id);
      return rule && 'basis' in rule ? [rule] : [];
    }),
  }));
}

function partsOf(
  reason: DenialReason,
  policy: Policy,
): Pick<CellDenial, 'prohibition' | 'nearGrants' | 'inputs'> {
  const none = { prohibition: undefined, nearGrants: [], inputs: [] };
  switch (reason.kind) {
    case 'prohibited':
      return { ...none, prohibition: reason.prohibition };
    case 'not-granted':
      return { ...none, nearGrants: reason.others };
    case 'inputs':
      return { ...none, inputs: leavesOf(reason.inputs, policy) };
    case 'elsewhere':
      return partsOf(reason.reason, policy);
    default:
      return none;
  }
}

/** Each withheld part once. */
function leavesOf(inputs: readonly DeniedInput[], policy: Policy): readonly WithheldPart[] {
  const leaves = inputs.flatMap(({ coordinate, type, reason }): readonly WithheldPart[] => {
    if (reason.kind === 'inputs') return leavesOf(reason.inputs, policy);
    const registry = policy.model.graph.fields.get(coordinate.split('(')[0]!)?.subgraph ?? 'none';
    return [{ coordinate, registry, derivedType: type, kind: reason.kind }];
  });
  return [...new Map(leaves.map((leaf) => [`${leaf.derivedType} ${leaf.coordinate}`, leaf])).values()];
}
