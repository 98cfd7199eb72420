import type { GraphField } from '../parse/policyGraph.js';
import type { Grant, Permit, PolicyModel, Prohibition, Purpose } from '../policyModel.js';
import { type DecisionRequest, grantCounts, permitCovers, type PermitFault } from './decisionRequest.js';
import { computed, contentFeeds, type DecisionTable, isFeed, typeOf } from './decisionTable.js';

/**
 * Finds why the decision table denies something. It runs only when an explanation is asked for, so that
 * deciding itself stays a look-up. It decides nothing: it reads from the table what is denied.
 */
export class DenialExplainer {
  constructor(
    private readonly model: PolicyModel,
    private readonly numbers: ReadonlyMap<string, number>,
    private readonly request: DecisionRequest,
    private readonly table: DecisionTable,
  ) {}

  /** Why a coordinate is not shown. */
  show(coordinate: string): DenialReason {
    const [name = ''] = coordinate.split('(');
    const field = this.model.graph.fields.get(name);
    if (!field) return { kind: 'no-such-field' };
    if (coordinate !== name) return this.argument(coordinate, field);
    if (field.kind === 'interface') return this.onInterface(field);
    const own = this.ownShow(field);
    if (own) return own;
    return { kind: 'inputs', inputs: [...this.deniedRequired(field), ...this.deniedLineage(field)] };
  }

  /** Why a derived type may not be made of an input. */
  derive(type: string, input: string): DenialReason {
    const use = this.model.derived.get(type)?.get(input);
    const field = this.model.graph.fields.get(input);
    if (!use || !field) return { kind: 'no-such-field' };
    const own = this.ownDerive(type, field);
    if (own) return own;
    const sources = (this.model.sources.get(input) ?? []).flatMap((source): DeniedInput[] => {
      const reason = this.ownDerive(type, this.model.graph.fields.get(source)!);
      return reason ? [{ coordinate: source, type, reason }] : [];
    });
    if (sources.length > 0) return { kind: 'inputs', inputs: sources };
    return use === 'exposes' && !this.isShown(input) ? this.show(input) : { kind: 'clashing-masks' };
  }

  /** Why a feed is withheld; empty where it is available. */
  deniedInputs(coordinate: string): readonly DeniedInput[] {
    if (this.table.available.get(coordinate)) return [];
    const field = this.model.graph.fields.get(coordinate);
    const type = typeOf(coordinate);
    if (!field) return [{ coordinate, type, reason: { kind: 'no-such-field' } }];
    const { exposes = [], computes = [], aggregates = [] } = field.lineage ?? {};
    const uncounted = this.notDerivable(type, aggregates);
    return [
      ...this.notDerivable(type, [...exposes, ...computes]),
      ...(uncounted.length === aggregates.length ? uncounted : []),
      ...field.requires.flatMap((required) =>
        isFeed(required, this.model) ? this.deniedInputs(required) : this.notShown([required]),
      ),
    ];
  }

  /** Why the field's own registry denies it; undefined: the registry shows it. */
  private ownShow(field: GraphField): DenialReason | undefined {
    const overCeiling = field.personal && this.request.purpose.output === 'aggregate';
    if (field.kind === 'key') return overCeiling ? { kind: 'aggregate-only' } : undefined;
    const ruledOut = this.ruledOut(field);
    if (ruledOut) return ruledOut;
    if (overCeiling) return { kind: 'aggregate-only' };
    const grants = this.grantsOf(field).filter(({ show }) => show.has(field.coordinate));
    const counting = grants.filter((grant) => grantCounts(grant, this.request));
    if (counting.length === 0) return this.notGranted(grants);
    const { permit, purpose } = this.request;
    if (permit && !permitCovers(permit, field)) return { kind: 'outside-permit', permit };
    const quasi = this.model.registries.get(field.subgraph)?.fields.get(field.coordinate)?.quasi;
    if (purpose.output === 'pseudonymised' && quasi === 'withhold') return { kind: 'quasi-identifier' };
    const complete = this.deniedRequired(field).length === 0 && this.deniedLineage(field).length === 0;
    return complete ? { kind: 'clashing-masks' } : undefined;
  }

  /**
   * Why the field's own registry does not release it to a derived type; undefined: the registry releases it.
   */
  private ownDerive(type: string, field: GraphField): DenialReason | undefined {
    if (field.kind === 'key') return undefined;
    const ruledOut = this.ruledOut(field);
    if (ruledOut) return ruledOut;
    const grants = this.grantsOf(field).filter(({ derive }) => derive.get(type)?.has(field.coordinate));
    if (!grants.some((grant) => grantCounts(grant, this.request))) return this.notGranted(grants);
    const { permit } = this.request;
    return permit && !permitCovers(permit, field) ? { kind: 'outside-permit', permit } : undefined;
  }

  private ruledOut({ kind, subgraph, coordinate }: GraphField): DenialReason | undefined {
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

  private notGranted(grants: readonly Grant[]): DenialReason {
    return {
      kind: 'not-granted',
      others: grants.filter(({ purposes }) => purposes.has(this.request.purpose.id)),
    };
  }

  private deniedRequired({ requires }: GraphField): readonly DeniedInput[] {
    const blocked = contentFeeds(requires, this.model).map((feed) => this.deniedInputs(feed));
    const isAvailable = blocked.length === 0 || blocked.some((inputs) => inputs.length === 0);
    const others = requires.filter((coordinate) => !isFeed(coordinate, this.model));
    return [...(isAvailable ? [] : blocked.flat()), ...this.notShown(others)];
  }

  private deniedLineage({ lineage, type }: GraphField): readonly DeniedInput[] {
    if (!lineage) return [];
    const repeated = [...lineage.exposes, ...lineage.optional];
    const notShown = this.notShown(repeated);
    return [
      ...(repeated.length > 0 && notShown.length === repeated.length ? notShown : []),
      ...this.notDerivable(type, computed(lineage)),
    ];
  }

  private onInterface({ type, name }: GraphField): DenialReason {
    const [hidden] = this.notShown(
      (this.model.graph.implementations.get(type) ?? []).map((implementation) => `${implementation}.${name}`),
    );
    return hidden
      ? { kind: 'elsewhere', coordinate: hidden.coordinate, reason: hidden.reason }
      : { kind: 'no-such-field' };
  }

  private argument(coordinate: string, field: GraphField): DenialReason {
    const input = field.arguments.find((known) => known.coordinate === coordinate);
    if (!input) return { kind: 'no-such-field' };
    if (!this.isShown(field.coordinate) || input.tests === undefined) return this.show(field.coordinate);
    return { kind: 'elsewhere', coordinate: input.tests, reason: this.show(input.tests) };
  }

  private isShown(coordinate: string): boolean {
    const number = this.numbers.get(coordinate);
    return number !== undefined && this.table.show[number]!.length > 0;
  }

  private notShown(coordinates: readonly string[]): readonly DeniedInput[] {
    return coordinates
      .filter((coordinate) => !this.isShown(coordinate))
      .map((coordinate) => ({ coordinate, type: undefined, reason: this.show(coordinate) }));
  }

  private notDerivable(type: string, coordinates: readonly string[]): readonly DeniedInput[] {
    return coordinates
      .filter((input) => !this.table.derive.get(type)?.get(input)?.length)
      .map((coordinate) => ({ coordinate, type, reason: this.derive(type, coordinate) }));
  }
}

/**
 * Why a coordinate is not shown, or not released to a derived type. An {@link Explanation} puts it into
 * words.
 */
export type DenialReason =
  | { readonly kind: 'no-such-field' }
  | { readonly kind: 'no-such-purpose' }
  | { readonly kind: 'purpose-forbidden'; readonly purpose: Purpose }
  /** None of the caller's roles may be used for the purpose. */
  | { readonly kind: 'no-role' }
  /** @property permit undefined: no permit has the number that the caller's token carries */
  | { readonly kind: 'permit'; readonly fault: PermitFault; readonly permit: Permit | undefined }
  /** The field is about people, and the caller's permit does not list it. */
  | { readonly kind: 'outside-permit'; readonly permit: Permit }
  /** A feed, or a field of federation itself. */
  | { readonly kind: 'internal' }
  | { readonly kind: 'unclassified' }
  | { readonly kind: 'prohibited'; readonly prohibition: Prohibition }
  /** The purpose may be given group results only. */
  | { readonly kind: 'aggregate-only' }
  /** A quasi-identifier that is withheld from pseudonymised purposes. */
  | { readonly kind: 'quasi-identifier' }
  /**
   * @property others grants for this purpose that do not apply: for other callers, under a permit, or at
   * another time
   */
  | { readonly kind: 'not-granted'; readonly others: readonly Grant[] }
  /** Two grants give masks, and neither mask is the coarser one. */
  | { readonly kind: 'clashing-masks' }
  /** The field is made of fields that their owners withhold. */
  | { readonly kind: 'inputs'; readonly inputs: readonly DeniedInput[] }
  /** An argument depends on the field it tests; a field of an interface on the types that implement it. */
  | { readonly kind: 'elsewhere'; readonly coordinate: string; readonly reason: DenialReason };

/** Reasons that deny everything to a caller. */
export type TotalDenialReason = Extract<
  DenialReason,
  { readonly kind: 'no-such-purpose' | 'purpose-forbidden' | 'no-role' | 'permit' }
>;

/** An input that is denied, and why. */
export interface DeniedInput {
  readonly coordinate: string;
  /** The derived type that needs it; undefined: the input itself would have to be shown. */
  readonly type: string | undefined;
  readonly reason: DenialReason;
}
