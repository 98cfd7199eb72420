import { coarsenessOf } from '../catalogue/masks.js';
import type { Permission } from '../decision.js';
import type { GraphField, Lineage } from '../parse/policyGraph.js';
import type { PolicyModel, Use } from '../policyModel.js';
import type { DecisionRequest } from './decisionRequest.js';
import { bothOf, NONE, type Permissions, Releases } from './derivationGrants.js';
import { BitSet, type PolicyIndex } from './policyIndex.js';

/** Everything that one request may see and every derived type may take, spelt out: none where it is denied. */
export interface DecisionTable {
  /** By the number of the coordinate. */
  readonly show: readonly Permissions[];
  /** The numbers of coordinates that are shown. */
  readonly shown: BitSet;
  /** Derived type -> input -> permissions. */
  readonly take: ReadonlyMap<string, ReadonlyMap<string, Permissions>>;
  /** Feed -> whether it flows. */
  readonly flows: ReadonlyMap<string, boolean>;
}

export function buildDecisionTable(
  model: PolicyModel,
  index: PolicyIndex,
  request: DecisionRequest,
): DecisionTable {
  return new TableBuilder(model, index, request).build();
}

/** What a field is made of is settled first, along its lineage; what is made of itself is denied. */
class TableBuilder {
  private readonly releases: Releases;
  private readonly fieldShow: (Permissions | undefined)[];
  private readonly taken = new Map<string, Map<string, Permissions>>();
  private readonly flowing = new Map<string, boolean>();

  constructor(
    private readonly model: PolicyModel,
    private readonly index: PolicyIndex,
    request: DecisionRequest,
  ) {
    this.releases = new Releases(model, index, request);
    this.fieldShow = new Array<Permissions | undefined>(index.fields.length).fill(undefined);
  }

  build(): DecisionTable {
    for (const [type, uses] of this.model.derived) for (const input of uses.keys()) this.take(type, input);
    const { fields, coordinates } = this.index;
    const show: Permissions[] = new Array(coordinates.length);
    const shown = new BitSet(coordinates.length);
    for (let number = 0; number < fields.length; number++) {
      show[number] = this.showNumber(number);
      if (fields[number]!.kind === 'feed') this.flows(fields[number]!.coordinate);
    }
    this.index.arguments.forEach(({ field, tests }, position) => {
      show[fields.length + position] = this.argument(show[field]!, tests);
    });
    for (let number = 0; number < show.length; number++) if (show[number]!.length > 0) shown.add(number);
    return { show, shown, take: this.taken, flows: this.flowing };
  }

  private show(coordinate: string): Permissions {
    const number = this.index.numbers.get(coordinate);
    return number === undefined ? NONE : this.showNumber(number);
  }

  /** The field itself, and what it is made of. */
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
    const own = this.releases.show(number);
    if (own.length === 0 || field.kind === 'key') return own;
    return this.hasRequired(field) && this.hasLineage(field) ? own : NONE;
  }

  /**
   * Required fields reach the client through what is computed from them (GHSA-m8jr-fxqx-8xx6). Of feeds one is enough,
   * for a path tells which sectors it lacks; any other required field must be shown itself.
   */
  private hasRequired({ requires }: GraphField): boolean {
    if (requires.length === 0) return true;
    const feeds = telling(requires, this.model);
    const others = requires.filter((coordinate) => !isFeed(coordinate, this.model));
    return (
      (feeds.length === 0 || feeds.some((feed) => this.flows(feed))) &&
      others.every((coordinate) => this.show(coordinate).length > 0)
    );
  }

  /** Of values that a field repeats one is enough; those that it is computed from must all be released to its type. */
  private hasLineage({ lineage, type }: GraphField): boolean {
    if (!lineage) return true;
    const repeated = [...lineage.exposes, ...lineage.optional];
    return (
      (repeated.length === 0 || repeated.some((coordinate) => this.show(coordinate).length > 0)) &&
      computed(lineage).every((input) => this.take(type, input).length > 0)
    );
  }

  /**
   * A feed is withheld if one of its inputs is, the optional ones apart, or a feed that it requires is. Of those that group
   * numbers are counted from one is enough: a question asks for some of them, and the registry checks which.
   */
  private flows(coordinate: string): boolean {
    const known = this.flowing.get(coordinate);
    if (known !== undefined) return known;
    const field = this.model.graph.fields.get(coordinate);
    const type = typeOf(coordinate);
    this.flowing.set(coordinate, false);
    if (!field) return false;
    const { exposes = [], computes = [], aggregates = [] } = field.lineage ?? {};
    const isTaken = (input: string): boolean => this.take(type, input).length > 0;
    const flows =
      [...exposes, ...computes].every(isTaken) &&
      (aggregates.length === 0 || aggregates.some(isTaken)) &&
      field.requires.every((required) =>
        isFeed(required, this.model) ? this.flows(required) : this.show(required).length > 0,
      );
    this.flowing.set(coordinate, flows);
    return flows;
  }

  private take(type: string, input: string): Permissions {
    const known = this.taken.get(type)?.get(input);
    if (known) return known;
    const use = this.model.derived.get(type)?.get(input);
    const field = this.model.graph.fields.get(input);
    if (!use || !field) return NONE;
    const inputs = this.taken.get(type) ?? new Map<string, Permissions>();
    this.taken.set(type, inputs.set(input, NONE));
    const taken = this.takeField(type, field, use);
    inputs.set(input, taken);
    return taken;
  }

  /** Released by its own owner, and by the owners of all that it is made of; what is repeated must be shown besides. */
  private takeField(type: string, field: GraphField, use: Use): Permissions {
    let taken = this.releases.derive(type, field);
    for (const source of this.model.sources.get(field.coordinate) ?? []) {
      if (taken.length === 0) return NONE;
      taken = bothOf(taken, this.releases.derive(type, this.model.graph.fields.get(source)!));
    }
    if (taken.length === 0 || use === 'computes') return taken;
    return bothOf(this.show(field.coordinate), taken);
  }

  /** A client may meet any of the types behind an interface, so all must show it (CVE-2025-64530); the weakest counts. */
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

  /** Selecting rows by a field tells of its values, so the field must be shown, and to no finer precision. */
  private argument(field: Permissions, tested: string | undefined): Permissions {
    return field.length === 0 || tested === undefined ? field : this.show(tested);
  }
}

/** The feeds that a field's answer tells of. One that others of them need (the members of a family) only carries them. */
export function telling(requires: readonly string[], model: PolicyModel): readonly string[] {
  const feeds = requires.filter((coordinate) => isFeed(coordinate, model));
  const carriers = new Set(feeds.flatMap((feed) => model.graph.fields.get(feed)?.requires ?? []));
  return feeds.filter((feed) => !carriers.has(feed));
}

/** A required field that no subgraph here defines is the feed of a registry that is not there. */
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
