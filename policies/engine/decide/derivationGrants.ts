import { areComparable, coarsenessOf } from '../catalogue/masks.js';
import type { Condition, Permission } from '../decision.js';
import type { GraphField } from '../parse/policyGraph.js';
import type { PolicyModel } from '../policyModel.js';
import { type DecisionRequest, grantCounts, permitCovers } from './decisionRequest.js';
import { BitSet, type IndexedGrant, type PolicyIndex } from './policyIndex.js';

export type Permissions = readonly Permission[];
export const NONE: Permissions = [];

/** Ids and parts of keys need no grant: they are sealed for each recipient and purpose. */
const KEY: Permissions = [{ mask: undefined, conditions: [], grant: 'schema/key' }];

/** What each owner shows and releases by its own policy. The decision table adds the lineage. */
export class DerivationGrants {
  private readonly shown: (Permissions | undefined)[];
  private readonly applicable: readonly IndexedGrant[];
  /** Fields that a prohibition denies, whatever is granted. */
  private readonly prohibited: BitSet;
  private readonly overCeiling: boolean;
  private readonly population: readonly Condition[];

  constructor(
    private readonly model: PolicyModel,
    private readonly index: PolicyIndex,
    private readonly request: DecisionRequest,
  ) {
    const { purpose, permit } = request;
    this.overCeiling = purpose.output === 'aggregate';
    this.population = permit?.conditions ?? [];
    this.prohibited = new BitSet(index.coordinates.length);
    for (const { prohibition, fields } of index.prohibitions)
      if (prohibition.purposes.has(purpose.id)) this.prohibited.addAll(fields);
    this.applicable = index.grants.filter(({ grant }) => grantCounts(grant, request));
    this.shown = this.gatherShown();
  }

  /** Whether a field's own registry shows it. */
  show(number: number): Permissions {
    const { kind, personal } = this.index.fields[number]!;
    if (kind === 'key') return personal && this.overCeiling ? NONE : KEY;
    return kind === 'governed' ? (this.shown[number] ?? NONE) : NONE;
  }

  /** Whether a field's own registry releases it to a derived type, shown or not. */
  derive(type: string, field: GraphField): Permissions {
    if (field.kind === 'key') return KEY;
    const { coordinate, subgraph } = field;
    if (field.kind !== 'governed' || this.prohibited.has(this.index.numbers.get(coordinate)!)) return NONE;
    if (!this.model.registries.get(subgraph)?.fields.has(coordinate)) return NONE;
    if (!permitCovers(this.request.permit, field)) return NONE;
    const released = this.applicable
      .filter(({ grant }) => grant.derive.get(type)?.has(coordinate))
      .map((grant) => this.withinPopulation(field, grant.released));
    return released.length === 1 ? released[0]! : strongestFirst(released.flat());
  }

  private gatherShown(): (Permissions | undefined)[] {
    const { fields } = this.index;
    const { purpose, permit } = this.request;
    const shown = new Array<Permissions | undefined>(fields.length).fill(undefined);
    const several = new Set<number>();
    for (const indexed of this.applicable) {
      const { numbers, permissions } =
        purpose.output === 'pseudonymised' ? indexed.pseudonymised : indexed.identified;
      for (let at = 0; at < numbers.length; at++) {
        const [number, granted] = [numbers[at]!, permissions[at]];
        if (granted === undefined || this.prohibited.has(number)) continue;
        const field = fields[number]!;
        if ((this.overCeiling && field.personal) || !permitCovers(permit, field)) continue;
        const before = shown[number];
        if (before) several.add(number);
        const added = this.withinPopulation(field, granted);
        shown[number] = before ? [...before, ...added] : added;
      }
    }
    for (const number of several) shown[number] = strongestFirst(shown[number]!);
    return shown;
  }

  private withinPopulation({ personal }: GraphField, permissions: Permissions): Permissions {
    if (this.population.length === 0 || !personal) return permissions;
    return permissions.map((permission) => ({
      ...permission,
      conditions: [...permission.conditions, ...this.population].sort(),
    }));
  }
}

/**
 * Permissions for values that a derived type repeats: the conditions of both apply, and the mask of the shown
 * value.
 */
export function bothOf(shown: Permissions, released: Permissions): Permissions {
  const pairs = shown.flatMap((show) =>
    released.map((release): Permission => {
      const conditions: readonly Condition[] = [
        ...new Set([...show.conditions, ...release.conditions]),
      ].sort();
      const grants = [...new Set([...show.grant.split(' + '), ...release.grant.split(' + ')])];
      return { mask: show.mask, conditions, grant: grants.join(' + ') };
    }),
  );
  return pairs.length === 1 ? pairs : strongestFirst(pairs);
}

/**
 * Sorts permissions in the order in which they are tried; the first applies whose conditions are true. The
 * value itself comes before any mask. A coarser mask comes before a finer one, so that no grant lifts the
 * mask of another. Permissions that can never apply are removed. If two masks have equal conditions and
 * neither is the coarser, both are removed.
 */
export function strongestFirst(permissions: readonly Permission[]): readonly Permission[] {
  const sorted = permissions
    .filter((permission) => !permissions.some((other) => contradicts(other, permission)))
    .toSorted(
      (a, b) =>
        rank(a) - rank(b) || a.conditions.length - b.conditions.length || (a.grant < b.grant ? -1 : 1),
    );
  return sorted.filter(
    ({ conditions }, index) =>
      !sorted.slice(0, index).some((earlier) => isWithin(earlier.conditions, conditions)),
  );
}

function rank({ mask }: Permission): number {
  return mask === undefined ? -Number.MAX_SAFE_INTEGER : -coarsenessOf(mask);
}

function contradicts(first: Permission, second: Permission): boolean {
  const equal =
    isWithin(first.conditions, second.conditions) && isWithin(second.conditions, first.conditions);
  return equal && !areComparable(first.mask, second.mask);
}

function isWithin(part: readonly Condition[], whole: readonly Condition[]): boolean {
  return part.every((condition) => whole.includes(condition));
}
