import type { Permission } from '../decision.js';
import type { GraphField } from '../parse/policyGraph.js';
import type { Grant, Permit, PolicyModel, Prohibition, Purpose } from '../policyModel.js';
import { type DecisionRequest, grantCounts, permitCovers, type PermitFault } from './decisionRequest.js';
import { computed, type DecisionTable, isFeed, telling, typeOf } from './decisionTable.js';

/**
 * Finds out, for what the table denies, why: asked for refusals and explanations only, so that deciding itself stays a
 * look-up. It decides nothing: what is not shown is read from the table.
 */
export class Denials {
  constructor(
    private readonly model: PolicyModel,
    private readonly numbers: ReadonlyMap<string, number>,
    private readonly request: DecisionRequest,
    private readonly table: DecisionTable,
  ) {}

  /** Why a coordinate is not shown. */
  show(coordinate: string): Cause {
    const [name = ''] = coordinate.split('(');
    const field = this.model.graph.fields.get(name);
    if (!field) return { kind: 'no-such-field' };
    if (coordinate !== name) return this.argument(coordinate, field);
    if (field.kind === 'interface') return this.onInterface(field);
    const own = this.ownShow(field);
    if (own) return own;
    return { kind: 'inputs', blockers: [...this.requiredBlockers(field), ...this.lineageBlockers(field)] };
  }

  /** Why a derived type may not take an input. */
  take(type: string, input: string): Cause {
    const use = this.model.derived.get(type)?.get(input);
    const field = this.model.graph.fields.get(input);
    if (!use || !field) return { kind: 'no-such-field' };
    const own = this.ownDerive(type, field);
    if (own) return own;
    const sources = (this.model.sources.get(input) ?? []).flatMap((source): Blocker[] => {
      const cause = this.ownDerive(type, this.model.graph.fields.get(source)!);
      return cause ? [{ coordinate: source, type, cause }] : [];
    });
    if (sources.length > 0) return { kind: 'inputs', blockers: sources };
    return use === 'exposes' && !this.isShown(input) ? this.show(input) : { kind: 'clashing-masks' };
  }

  /** Why a feed is withheld; empty where it flows. */
  feedBlockers(coordinate: string): readonly Blocker[] {
    if (this.table.flows.get(coordinate)) return [];
    const field = this.model.graph.fields.get(coordinate);
    const type = typeOf(coordinate);
    if (!field) return [{ coordinate, type, cause: { kind: 'no-such-field' } }];
    const { exposes = [], computes = [], aggregates = [] } = field.lineage ?? {};
    const uncounted = this.untaken(type, aggregates);
    return [
      ...this.untaken(type, [...exposes, ...computes]),
      ...(uncounted.length === aggregates.length ? uncounted : []),
      ...field.requires.flatMap((required) =>
        isFeed(required, this.model) ? this.feedBlockers(required) : this.unshown([required]),
      ),
    ];
  }

  /** What the field's own registry says against showing it; undefined: nothing. */
  private ownShow(field: GraphField): Cause | undefined {
    const overCeiling = field.personal && this.request.purpose.output === 'aggregate';
    if (field.kind === 'key') return overCeiling ? { kind: 'aggregate-only' } : undefined;
    const barred = this.barred(field);
    if (barred) return barred;
    if (overCeiling) return { kind: 'aggregate-only' };
    const grants = this.grantsOf(field).filter(({ show }) => show.has(field.coordinate));
    const counting = grants.filter((grant) => grantCounts(grant, this.request));
    if (counting.length === 0) return this.notGranted(grants);
    const { permit, purpose } = this.request;
    if (permit && !permitCovers(permit, field)) return { kind: 'outside-permit', permit };
    const quasi = this.model.registries.get(field.subgraph)?.fields.get(field.coordinate)?.quasi;
    if (purpose.output === 'pseudonymised' && quasi === 'withhold') return { kind: 'quasi-identifier' };
    const complete = this.requiredBlockers(field).length === 0 && this.lineageBlockers(field).length === 0;
    return complete ? { kind: 'clashing-masks' } : undefined;
  }

  /** What the field's own registry says against releasing it to a derived type; undefined: nothing. */
  private ownDerive(type: string, field: GraphField): Cause | undefined {
    if (field.kind === 'key') return undefined;
    const barred = this.barred(field);
    if (barred) return barred;
    const grants = this.grantsOf(field).filter(({ derive }) => derive.get(type)?.has(field.coordinate));
    if (!grants.some((grant) => grantCounts(grant, this.request))) return this.notGranted(grants);
    const { permit } = this.request;
    return permit && !permitCovers(permit, field) ? { kind: 'outside-permit', permit } : undefined;
  }

  private barred({ kind, subgraph, coordinate }: GraphField): Cause | undefined {
    if (kind !== 'governed') return { kind: 'internal' };
    const registry = this.model.registries.get(subgraph);
    if (!registry?.fields.has(coordinate)) return { kind: 'unclassified' };
    const prohibition = registry.prohibitions.find(
      ({ purposes, fields }) => purposes.has(this.request.purpose.id) && fields.has(coordinate),
    );
    return prohibition && { kind: 'prohibited', prohibition };
  }

  private grantsOf({ subgraph }: GraphField): readonly Grant[] {
    return this.model.registries.get(subgraph)?.grants ?? [];
  }

  private notGranted(grants: readonly Grant[]): Cause {
    return {
      kind: 'not-granted',
      others: grants.filter(({ purposes }) => purposes.has(this.request.purpose.id)),
    };
  }

  private requiredBlockers({ requires }: GraphField): readonly Blocker[] {
    const blocked = telling(requires, this.model).map((feed) => this.feedBlockers(feed));
    const flows = blocked.length === 0 || blocked.some((blockers) => blockers.length === 0);
    const others = requires.filter((coordinate) => !isFeed(coordinate, this.model));
    return [...(flows ? [] : blocked.flat()), ...this.unshown(others)];
  }

  private lineageBlockers({ lineage, type }: GraphField): readonly Blocker[] {
    if (!lineage) return [];
    const repeated = [...lineage.exposes, ...lineage.optional];
    const unshown = this.unshown(repeated);
    return [
      ...(repeated.length > 0 && unshown.length === repeated.length ? unshown : []),
      ...this.untaken(type, computed(lineage)),
    ];
  }

  private onInterface({ type, name }: GraphField): Cause {
    const [hidden] = this.unshown(
      (this.model.graph.implementations.get(type) ?? []).map((implementation) => `${implementation}.${name}`),
    );
    return hidden
      ? { kind: 'elsewhere', coordinate: hidden.coordinate, cause: hidden.cause }
      : { kind: 'no-such-field' };
  }

  private argument(coordinate: string, field: GraphField): Cause {
    const input = field.arguments.find((known) => known.coordinate === coordinate);
    if (!input) return { kind: 'no-such-field' };
    if (!this.isShown(field.coordinate) || input.tests === undefined) return this.show(field.coordinate);
    return { kind: 'elsewhere', coordinate: input.tests, cause: this.show(input.tests) };
  }

  private isShown(coordinate: string): boolean {
    const number = this.numbers.get(coordinate);
    return number !== undefined && this.table.shown.has(number);
  }

  private unshown(coordinates: readonly string[]): readonly Blocker[] {
    return coordinates
      .filter((coordinate) => !this.isShown(coordinate))
      .map((coordinate) => ({ coordinate, type: undefined, cause: this.show(coordinate) }));
  }

  private untaken(type: string, coordinates: readonly string[]): readonly Blocker[] {
    return coordinates
      .filter((input) => !this.table.take.get(type)?.get(input)?.length)
      .map((coordinate) => ({ coordinate, type, cause: this.take(type, coordinate) }));
  }
}

/** Why a coordinate is not shown, or not taken into a derived type: what refusals and explanations are worded from. */
export type Cause =
  | { readonly kind: 'no-such-field' }
  | { readonly kind: 'no-such-purpose' }
  | { readonly kind: 'purpose-forbidden'; readonly purpose: Purpose }
  /** None of the caller's roles may be used for the purpose. */
  | { readonly kind: 'no-role' }
  /** @property permit undefined: there is none of the number that the caller brought */
  | { readonly kind: 'permit'; readonly fault: PermitFault; readonly permit: Permit | undefined }
  /** About people, and not among the fields of the caller's permit. */
  | { readonly kind: 'outside-permit'; readonly permit: Permit }
  /** A feed, or federation's own. */
  | { readonly kind: 'internal' }
  | { readonly kind: 'unclassified' }
  | { readonly kind: 'prohibited'; readonly prohibition: Prohibition }
  /** The purpose may be given group results only. */
  | { readonly kind: 'aggregate-only' }
  /** Withheld, as a quasi-identifier, from pseudonymised purposes. */
  | { readonly kind: 'quasi-identifier' }
  /** @property others grants of it for this purpose that do not count: to others, under a permit, or at another time */
  | { readonly kind: 'not-granted'; readonly others: readonly Grant[] }
  /** Masks of which none is the coarser. */
  | { readonly kind: 'clashing-masks' }
  /** Made of fields that their owners withhold. */
  | { readonly kind: 'inputs'; readonly blockers: readonly Blocker[] }
  /** An argument, by the field it tests; a field of an interface, by a type that implements it. */
  | { readonly kind: 'elsewhere'; readonly coordinate: string; readonly cause: Cause };

/** Causes that deny everything to a caller. */
export type WholeCause = Extract<
  Cause,
  { readonly kind: 'no-such-purpose' | 'purpose-forbidden' | 'no-role' | 'permit' }
>;

/** An input that is not to be had. */
export interface Blocker {
  readonly coordinate: string;
  /** The derived type that would take it; undefined where it would have to be shown. */
  readonly type: string | undefined;
  readonly cause: Cause;
}

/** Either permissions, strongest first, or the cause why there are none. */
export type Outcome =
  | { readonly permissions: readonly [Permission, ...Permission[]]; readonly cause?: undefined }
  | { readonly permissions: readonly []; readonly cause: Cause };

function denied(cause: Cause): Outcome {
  return { permissions: [], cause };
}

/** @param otherwise finds the cause where nothing is permitted */
export function outcome(permissions: readonly Permission[], otherwise: () => Cause): Outcome {
  const [first, ...rest] = permissions;
  return first ? { permissions: [first, ...rest] } : denied(otherwise());
}
