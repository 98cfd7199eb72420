import { coarsenessOf } from '../catalogue/masks.js';
import type { Permission } from '../decision.js';
import type { GraphField, Lineage } from '../parse/policyGraph.js';
import type { PolicyModel, Use } from '../policyModel.js';
import type { DecisionRequest } from './decisionRequest.js';
import { bothOf, DerivationGrants, NONE, type Permissions } from './derivationGrants.js';
import type { PolicyIndex } from './policyIndex.js';

/** Everything that one request may see and every derived type may use. What is denied has no permissions. */
export interface DecisionTable {
  /** By the number of the coordinate. */
  readonly show: readonly Permissions[];
  /** Derived type -> input -> permissions. */
  readonly derive: ReadonlyMap<string, ReadonlyMap<string, Permissions>>;
  /** Feed -> whether its registry gives it. */
  readonly available: ReadonlyMap<string, boolean>;
}

export function buildDecisionTable(
  model: PolicyModel,
  index: PolicyIndex,
  request: DecisionRequest,
): DecisionTable {
  return new TableBuilder(model, index, request).build();
}

/** Decides on the parts of a field first, along its lineage. A field that is made of itself is denied. */
class TableBuilder {
  private readonly grants: DerivationGrants;
  private readonly fieldShow: (Permissions | undefined)[];
  private readonly derivations = new Map<string, Map<string, Permissions>>();
  private readonly availability = new Map<string, boolean>();

  constructor(
    private readonly model: PolicyModel,
    private readonly index: PolicyIndex,
    request: DecisionRequest,
  ) {
    this.grants = new DerivationGrants(model, index, request);
    this.fieldShow = new Array<Permissions | undefined>(index.fields.length).fill(undefined);
  }

  build(): DecisionTable {
    for (const [type, uses] of this.model.derived) for (const input of uses.keys()) this.derive(type, input);
    const { fields, coordinates } = this.index;
    const show: Permissions[] = new Array(coordinates.length);
    for (let number = 0; number < fields.length; number++) {
      show[number] = this.showNumber(number);
      if (fields[number]!.kind === 'feed') this.isAvailable(fields[number]!.coordinate);
    }
    this.index.arguments.forEach(({ field, tests }, position) => {
      show[fields.length + position] = this.argument(show[field]!, tests);
    });
    return { show, derive: this.derivations, available: this.availability };
  }

  private show(coordinate: string): Permissions {
    const number = this.index.numbers.get(coordinate);
    return number === undefined ? NONE : this.showNumber(number);
  }

  /** Decides on the field itself and on what it is made of. */
  private showNumber(number: number): Permissions {
    const known = this.fieldShow[number];
    if (known) return known;
    const field = this.index.fields[number]!;
    this.fieldShow[number] = NONE;
    const shown = field.kind === 'interface' ? this.onInterface(field) : this.onObject(field, number);
    this.fieldShow[number] = shown;
    return shown;
  }

  private onObject(field: GraphField, number: number): Permissions {
    const own = this.grants.show(number);
    if (own.length === 0 || field.kind === 'key') return own;
    return this.hasRequired(field) && this.hasLineage(field) ? own : NONE;
  }

  /**
   * A client learns about required fields from what is computed from them (GHSA-m8jr-fxqx-8xx6). One
   * available feed is enough, because a path says which sectors it lacks. Any other required field must be
   * shown itself.
   */
  private hasRequired({ requires }: GraphField): boolean {
    if (requires.length === 0) return true;
    const feeds = contentFeeds(requires, this.model);
    const others = requires.filter((coordinate) => !isFeed(coordinate, this.model));
    return (
      (feeds.length === 0 || feeds.some((feed) => this.isAvailable(feed))) &&
      others.every((coordinate) => this.show(coordinate).length > 0)
    );
  }

  /**
   * One shown value is enough of those that a field repeats. All that it is computed from must be released to
   * its type.
   */
  private hasLineage({ lineage, type }: GraphField): boolean {
    if (!lineage) return true;
    const repeated = [...lineage.exposes, ...lineage.optional];
    return (
      (repeated.length === 0 || repeated.some((coordinate) => this.show(coordinate).length > 0)) &&
      computed(lineage).every((input) => this.derive(type, input).length > 0)
    );
  }

  /**
   * A feed is withheld if an input is withheld that is not optional, or if a feed is withheld that it
   * requires. Of the inputs that group numbers are counted from, one is enough: a question uses some of them,
   * and the registry checks which.
   */
  private isAvailable(coordinate: string): boolean {
    const known = this.availability.get(coordinate);
    if (known !== undefined) return known;
    const field = this.model.graph.fields.get(coordinate);
    const type = typeOf(coordinate);
    this.availability.set(coordinate, false);
    if (!field) return false;
    const { exposes = [], computes = [], aggregates = [] } = field.lineage ?? {};
    const canDerive = (input: string): boolean => this.derive(type, input).length > 0;
    const isAvailable =
      [...exposes, ...computes].every(canDerive) &&
      (aggregates.length === 0 || aggregates.some(canDerive)) &&
      field.requires.every((required) =>
        isFeed(required, this.model) ? this.isAvailable(required) : this.show(required).length > 0,
      );
    this.availability.set(coordinate, isAvailable);
    return isAvailable;
  }

  private derive(type: string, input: string): Permissions {
    const known = this.derivations.get(type)?.get(input);
    if (known) return known;
    const use = this.model.derived.get(type)?.get(input);
    const field = this.model.graph.fields.get(input);
    if (!use || !field) return NONE;
    const inputs = this.derivations.get(type) ?? new Map<string, Permissions>();
    this.derivations.set(type, inputs.set(input, NONE));
    const permissions = this.deriveField(type, field, use);
    inputs.set(input, permissions);
    return permissions;
  }

  /**
   * Its own owner and the owners of all its parts must release it. A repeated value must be shown as well.
   */
  private deriveField(type: string, field: GraphField, use: Use): Permissions {
    let released = this.grants.derive(type, field);
    for (const source of this.model.sources.get(field.coordinate) ?? []) {
      if (released.length === 0) return NONE;
      released = bothOf(released, this.grants.derive(type, this.model.graph.fields.get(source)!));
    }
    if (released.length === 0 || use === 'computes') return released;
    return bothOf(this.show(field.coordinate), released);
  }

  /**
   * A client may get any type that implements an interface, so all must show the field (CVE-2025-64530). The
   * weakest applies.
   */
  private onInterface({ type, name }: GraphField): Permissions {
    const shown = (this.model.graph.implementations.get(type) ?? []).map((implementation) =>
      this.show(`${implementation}.${name}`),
    );
    if (shown.some((permissions) => permissions.length === 0)) return NONE;
    return shown.reduce(
      (weakest, next) => (weakest === NONE || isWeaker(next[0]!, weakest[0]!) ? next : weakest),
      NONE,
    );
  }

  /**
   * Selecting rows by a field reveals its values. So the field must be shown, and the test is no more precise
   * than that.
   */
  private argument(field: Permissions, tested: string | undefined): Permissions {
    return field.length === 0 || tested === undefined ? field : this.show(tested);
  }
}

/**
 * The feeds with the content of a field's answer. A feed that others need (the members of a family) is left
 * out.
 */
export function contentFeeds(requires: readonly string[], model: PolicyModel): readonly string[] {
  const feeds = requires.filter((coordinate) => isFeed(coordinate, model));
  const carriers = new Set(feeds.flatMap((feed) => model.graph.fields.get(feed)?.requires ?? []));
  return feeds.filter((feed) => !carriers.has(feed));
}

/**
 * Whether a required field is a feed. If no subgraph defines it, it is the feed of a registry that is not
 * joined.
 */
export function isFeed(coordinate: string, { graph }: PolicyModel): boolean {
  return (graph.fields.get(coordinate)?.kind ?? 'feed') === 'feed';
}

export function computed(lineage: Lineage): readonly string[] {
  return [...lineage.computes, ...lineage.aggregates];
}

/** `Type` of `Type.field` */
export function typeOf(coordinate: string): string {
  return coordinate.slice(0, coordinate.indexOf('.'));
}

function isWeaker(first: Permission, second: Permission): boolean {
  const finer = coarsenessOf(first.mask) - coarsenessOf(second.mask);
  return finer > 0 || (finer === 0 && first.conditions.length > second.conditions.length);
}
